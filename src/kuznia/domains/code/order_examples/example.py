"""An example of a request: what is called, and what must come of it."""

import re
from dataclasses import dataclass

from kuznia.domains.code.schema import CaseRun, File

# What happens today, or must not: an example under such words is none of what is asked for.
_WRONG = re.compile(
    r"\b(?:instead of|currently|wrong|wrongly|bug|buggy|incorrect|incorrectly|broken|fails|used to"
    r"|actual|actually|but gets?|замість|зараз|наразі|неправильно|помилково|хибно|фактично)\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"\b(?:def|class|function|const|let|функці\w{1,3}) {1,3}`?([A-Za-z_]\w{0,60})", re.IGNORECASE
)
# In the sentence of the example itself these say the opposite, or make it a condition.
_TURNED = re.compile(
    r"\b(?:not|never|rather|unlike|was|old|if|unless|while|until|suppose|assume|except"
    r"|не|ніколи|якщо|раніше|доки|поки|крім)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OrderExample:
    """A call as Python, and its value as a literal of Python, or the name of what it raises."""

    call: str
    value: str = ""
    raises: str = ""
    # Statements before it that it stands on.
    setup: tuple[str, ...] = ()
    # Whether the value is as the language itself prints it; in prose it may be rounded.
    exact: bool = False
    # Arguments of the only function that takes them, where the request names none.
    arguments: tuple[tuple[str, str], ...] = ()
    # Linked by what may also define something else: `f(1) = 3` may be the first of a sequence.
    weak: bool = False

    @property
    def title(self) -> str:
        """The example in one line."""
        named = ", ".join(f"{name} = {value}" for name, value in self.arguments)
        shown = " ".join(self.call.split()) or named
        return f"{shown} raises {self.raises}" if self.raises else f"{shown} == {self.value}"


@dataclass(frozen=True, slots=True)
class ExampleTests:
    """The files to run, what each test holds the code to, and what no test can be made of.

    Of these it is an error where the code lacks what the request calls.
    """

    tests: File
    support: File
    by_test: dict[str, str]
    not_run: tuple[CaseRun, ...]


def not_run(title: str, why: str) -> CaseRun:
    """An example that proves nothing."""
    return CaseRun(name=title, outcome="skipped", seconds=0.0, message=why)


def not_there(example: OrderExample, name: str, files: tuple[File, ...]) -> CaseRun:
    """An example of a function that the code does not offer; an error where it is nowhere."""
    case = not_run(example.title, f"The code has no `{name}`.")
    shown = re.escape(name)
    word = re.compile(rf"\b(?:def|class|function|const|let|var) {shown}\b|(?<!\w){shown}(?:\(| ?=)")
    is_somewhere = any(word.search(file.content) for file in files)
    return case if is_somewhere else case.model_copy(update={"outcome": "error"})


def defines(request: str, files: tuple[File, ...]) -> bool:
    """Whether code has a function that a request defines: examples of another are its own slip."""
    asked = {name for name in _DEFINED.findall(request) if len(name) > 1}
    return any(name in asked for file in files for name in _DEFINED.findall(file.content))


def is_wrong(above: str) -> bool:
    """Whether the words above an example say that it is what is not to be."""
    return _WRONG.search(above) is not None


def is_turned(sentence: str) -> bool:
    """Whether the sentence of an example says something else than the example alone."""
    return is_wrong(sentence) or _TURNED.search(sentence) is not None
