"""The prompts. Their texts are files, so that people who know a language can improve them."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.schema import File

_TICKS = re.compile(r"`{3,}")


@cache
def read(name: str) -> str:
    """The text of a prompt, with its placeholders."""
    return files("kuznia.domains.code").joinpath("prompts", f"{name}.md").read_text("utf-8")


@cache
def rules(language: str) -> str:
    """The rules for one language."""
    sections = read("languages").split("\n## ")[1:]
    by_name = dict(section.split("\n", 1) for section in sections)
    return by_name[language].strip()


def system(name: str, language: Language, test_file: str = "") -> str:
    """The system prompt for one part in one language."""
    return read(name).format(
        rules=rules(language.name),
        name=language.name,
        title=language.title,
        extension=language.extensions[0],
        formatter=language.formatter,
        tests=language.tests,
        test_file=test_file,
    )


def shown(sources: Iterable[File]) -> str:
    """Files as they are shown to a model: in fences longer than any fence inside."""
    pieces: list[str] = []
    for file in sources:
        longest = max(map(len, _TICKS.findall(file.content)), default=0)
        fence = "`" * max(3, longest + 1)
        pieces.append(f"**{file.path}**\n{fence}{file.language}\n{file.content}{fence}")
    return "\n\n".join(pieces)
