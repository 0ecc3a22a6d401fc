"""What a caller may ask for."""

import pytest
from pydantic import ValidationError

from kuznia.domains.code.schema import CodeInput, Flaw, OrderFile, Proof, weakest

FLAW = Flaw(path="a.py", line=1, column=2, text=")", message="not expected here")


def test_tests_and_documentation_come_unless_refused_or_files_came():
    order = CodeInput(prompt="  a stack of plates  ", language="TS")
    file = OrderFile(path="a.ts", content="")
    change = CodeInput(prompt="add a plate", language="TS", files=(file,))

    assert (order.prompt, order.language) == ("a stack of plates", "typescript")
    assert (order.has_tests, order.has_docs) == (True, True)
    assert (change.has_tests, change.has_docs) == (False, False)
    assert CodeInput(
        prompt=change.prompt, language="TS", files=(file,), include_tests=True
    ).has_tests
    assert CodeInput(prompt=order.prompt, language="TS", include_tests=True) == order


@pytest.mark.parametrize("prompt", ["   short   ", "x" * 20_001, ""])
def test_a_prompt_has_10_to_20000_characters_after_stripping(prompt):
    with pytest.raises(ValidationError, match="prompt"):
        CodeInput(prompt=prompt, language="go")


def test_the_longest_prompt_is_taken_with_blanks_round_it():
    assert len(CodeInput(prompt=f" {'x' * 20_000} ", language="go").prompt) == 20_000


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("../a.py", "")], "relative"),
        ([("a.py", ""), ("A.py", "")], "same path"),
        ([("a.py", "x" * 40_000), ("b.py", "x" * 40_000)], "80,000 characters together"),
        ([("a.py", "x\0")], "no text file: character 2"),
        ([(f"{n}.py", "") for n in range(21)], "at most 20"),
    ],
)
def test_files_that_cannot_come_are_refused_with_the_reason(files, why):
    with pytest.raises(ValidationError, match=why):
        CodeInput.model_validate(
            {
                "prompt": "add a plate",
                "language": "python",
                "files": [{"path": path, "content": content} for path, content in files],
            }
        )


def test_a_language_we_do_not_write_is_refused_with_those_we_do_and_the_nearest():
    with pytest.raises(ValidationError, match=r"Did you mean rust\? Supported: python, java.*hcl"):
        CodeInput(prompt="a stack of plates", language="rusty")


@pytest.mark.parametrize("language", [7, None, ["go"], ""])
def test_a_language_that_is_no_name_is_refused_the_same_way(language):
    with pytest.raises(ValidationError, match="Supported: python"):
        CodeInput.model_validate({"prompt": "a stack of plates", "language": language})


def test_a_misspelt_field_is_refused():
    with pytest.raises(ValidationError, match="include_test"):
        CodeInput.model_validate(
            {"prompt": "a stack of plates", "language": "go", "include_test": False}
        )


def test_the_proof_of_several_files_is_that_of_the_weakest():
    proofs = (Proof(level="reference"), Proof(level="none", errors=(FLAW,)))

    assert weakest(proofs) == Proof(level="none", errors=(FLAW,))
    assert weakest([Proof(level="reference"), Proof(level="tree_sitter")]).level == "tree_sitter"


def test_nothing_is_proven_of_nothing():
    assert weakest([]).level == "none"
