"""What a reply holds, whatever it is wrapped in."""

import pytest
from tests.domains.code.corpus import REPLIES, read

from kuznia.domains.code.extract import extract
from kuznia.domains.code.languages import get
from kuznia.forge.terms import Unreadable


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_every_reply_of_the_corpus_is_read_right(path):
    case = read(path)
    name = "test_main.py" if case.part == "tests" else None

    if case.unreadable:
        with pytest.raises(Unreadable) as refused:
            extract(case.reply, get(case.language), case.part, name)
        assert refused.value.finding.code == case.unreadable
        return
    found = extract(case.reply, get(case.language), case.part, name)

    assert {file.path: (file.language, file.content) for file in found.files} == case.files
    assert found.truncated == case.truncated
    assert found.requires == case.requires
