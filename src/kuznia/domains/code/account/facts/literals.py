"""Quoted texts, formats and examples of a clause, looked for in code and its tests."""

import re
from collections.abc import Iterator

from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("literals")

Span = tuple[int, int]

_QUOTED = _PATTERNS["quoted"]
_IMAGE = re.compile(r"(?<![\w/])[a-z][\w./-]*:\d[\w.-]*")
_DATE = _PATTERNS["date"]
_DATE_SHOWN = _PATTERNS["date_shown"]
_SAMPLE = _PATTERNS["sample"]
# And whatever is quoted behind one of these.
_SAMPLES = re.compile(r"\b(?:such as|e\.g|for example|наприклад|як-от)\b", re.IGNORECASE)
_CALL = _PATTERNS["call"]
_ARROW = _PATTERNS["arrow"]
_PIECE = re.compile(r"[\w.:/-]+")


def examples(quote: str, evidence: CodeEvidence) -> Iterator[Facet]:
    """What a clause says comes out of what goes in; looked up in the tests."""
    match = _CALL.match(quote) or _ARROW.match(quote)
    if not match:
        return
    name = match.groupdict().get("name")
    if name and ":" in match["input"] and not re.match(r"\s*[\[{\"']", match["input"]):
        # The types of a signature, not the values of a call.
        return
    last = name.split(".")[-1] if name else ""
    if last and last not in evidence.names:
        yield Facet(False, why=f"There is no {last} in the code.")
        return
    output = match["output"] or match.groupdict().get("value") or ""
    yield _in_tests(match["input"], output, evidence) or Facet(
        None, evidence.code[0].pointer, "An example that nothing contradicts."
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s_'\"`«»;.]+", "", text)


def _in_tests(before: str, after: str, evidence: CodeEvidence) -> Facet | None:
    sought, result = _plain(before), _plain(after)
    for source in evidence.tests:
        for line in source.lines:
            plain = _plain(line)
            place = plain.find(sought) if len(sought) > 2 else -1
            if place >= 0 and result in plain[place + len(sought) :]:
                return Facet(True, source.pointer, "A test holds this example.", weight=3)
    return None


def literals(quote: str, evidence: CodeEvidence) -> Iterator[tuple[Span, Facet]]:
    """Quoted texts, images and formats of a clause."""
    for match in _DATE.finditer(quote):
        shown = _DATE_SHOWN.search(evidence.text)
        why = "" if shown else "No date of this form is made or read."
        yield match.span(), Facet(bool(shown), evidence.code[0].pointer, why)
    for match in _IMAGE.finditer(quote):
        yield match.span(), _verbatim(match[0], evidence)
    for match in _QUOTED.finditer(quote):
        text = next(value for value in match.groupdict().values() if value)
        facet = _quoted(match, text, quote, evidence)
        yield match.span(), facet


def _quoted(match: re.Match[str], text: str, quote: str, evidence: CodeEvidence) -> Facet:
    if match["json"]:
        keys = re.findall(r"\"(\w+)\"\s*:", text)
        missing = [key for key in keys if not _has(key, evidence)]
        if missing:
            return Facet(False, why=f"There is no {missing[0]} in the code.")
        values = re.findall(r":\s*\"([A-Za-z_]+)\"", text)
        missing = [value for value in values if not _has(value, evidence)]
        if missing:
            return Facet(False, why=f"There is no {missing[0]} in the code.")
        return Facet(True, evidence.code[0].pointer, weight=2)
    if _has(text, evidence):
        return _polarity(text, quote, evidence) or Facet(True, _pointer(text, evidence), weight=2)
    is_sample = (
        _SAMPLE.search(quote[: match.start()])
        or _SAMPLES.search(quote[: match.start()])
        or re.search(r"\d", text)
        or " " in text.strip()
    )
    if not is_sample and re.search(r"\w", text):
        return Facet(False, why=f"{text[:60]} is not in the code.")
    if not re.search(r"\w", text):
        return Facet(False, why=f"{text[:60]} is not in the code.")
    signs = re.findall(r"->|=>|[→:;|/]", text)
    if signs and not any(sign in evidence.text for sign in signs):
        return Facet(False, why=f"{text[:60]} is not in the code.")
    return Facet(None)


def _verbatim(text: str, evidence: CodeEvidence) -> Facet:
    pointer = _pointer(text, evidence)
    return Facet(
        bool(pointer), pointer, "" if pointer else f"{text[:60]} is not in the code.", weight=2
    )


def _has(text: str, evidence: CodeEvidence) -> bool:
    return bool(_pointer(text, evidence))


def _pointer(text: str, evidence: CodeEvidence) -> str:
    bare = text.strip()
    for source in evidence.code:
        if bare and re.search(
            rf"(?<![\w]){re.escape(bare)}(?![\w])"
            if bare[0].isalnum() and bare[-1].isalnum()
            else re.escape(bare),
            source.text,
        ):
            return source.pointer
        if not bare and re.search(r"['\"]\s['\"]", source.text):
            return source.pointer
    return ""


_LEFT_OUT = _PATTERNS["left_out"]
_ONLY = re.compile(r"\b(?:only|just)\b|\b(?:лише|тільки)\b", re.IGNORECASE)


def _polarity(text: str, quote: str, evidence: CodeEvidence) -> Facet | None:
    """Whether what should be left out is what the code picks, or the other way round."""
    if not re.fullmatch(r"\w{2,40}", text):
        return None
    left_out, only = _LEFT_OUT.search(quote), _ONLY.search(quote)
    if bool(left_out) == bool(only):
        return None
    shown = re.escape(text)
    same = re.search(
        rf"(?<![<>!=])(?:=|==|===|\bIN\s*\(|\bin\s*[\[({{])\s*[^\n]{{0,20}}['\"]{shown}['\"]",
        evidence.text,
    )
    other = re.search(
        rf"(?:<>|!=|!==|\bNOT IN\s*\(|\bnot in\b)\s*[^\n]{{0,20}}['\"]{shown}['\"]", evidence.text
    )
    skips = re.search(
        rf"['\"]{shown}['\"][^\n]{{0,40}}\n?\s*(?:continue|return|next|skip)", evidence.text
    )
    if left_out and same and not other and not skips:
        return Facet(
            False, evidence.code[0].pointer, f"{text} is picked where it should be left out."
        )
    if only and other and not same and not skips:
        return Facet(
            False, evidence.code[0].pointer, f"{text} is left out where it should be picked."
        )
    return None
