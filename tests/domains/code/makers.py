"""Orders for code, each valid unless the test says otherwise."""

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, File
from kuznia.forge.ledger import Ledger
from kuznia.forge.shelf.shelf import key_of
from kuznia.forge.terms import Bench, Budget, Caller, Order, RunId
from kuznia.forge.work import Work
from kuznia.platform.clock import Clock
from kuznia.platform.process.workers import within

ROOMY = Budget(attempts=50, tokens=1_000_000)
PROMPT = "Words of a title joined by dashes"
# A reply with code; tests of it that are wrong, and tests that are right.
FARE = """\
**fare.py**
```python
def fare(age: int) -> int:
    '''The fare.'''
    return 0 if age < 6 else 2
```
"""
FARE_TESTED_WRONGLY = """\
```python
from fare import fare


def test_child():
    assert fare(5) == 2
```
"""
FARE_TESTED = """\
```python
from fare import fare


def test_child():
    assert fare(5) == 0


def test_adult():
    assert fare(6) == 2
```
"""


def an_order(prompt: str = PROMPT, language: str = "python", **changes) -> Order:
    given = CodeInput(prompt=prompt, language=language, **changes)
    return Order(domain="code", input=given, caller=Caller("ivan"), deadline=1_060.0, budget=ROOMY)


def work_on(order: Order, clock: Clock) -> Work:
    """The order under way, with nobody who listens."""
    return Work(
        run_id=RunId("run_1"),
        order=order,
        key=key_of(order, DOMAIN, "m"),
        noted=(),
        ledger=Ledger(order.budget, clock),
        tell=lambda _kind, _data: None,
    )


def a_draft(*files: tuple[str, str, str]) -> CodeDraft:
    """A draft of files given as path, language and content."""
    made = tuple(File(path=path, language=name, content=content) for path, name, content in files)
    return CodeDraft(files=made, proof=proof_of(made, within(5)))


def a_bench(
    prompt: str = PROMPT, language: str = "python", code: CodeDraft | None = None
) -> CodeBench:
    order = an_order(prompt, language)
    accepted = {"code": code} if code else {}
    return Bench(order, CodeInput(prompt=prompt, language=language), accepted)
