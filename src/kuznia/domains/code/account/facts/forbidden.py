"""What a clause says must not be used, looked for in code."""

import re
import sys
from collections.abc import Iterator

from kuznia.domains.code.account.facts.names import is_there
from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.reading.source import SourceText
from kuznia.domains.code.account.words.lexicon import Construct, constructs, content_words, listed
from kuznia.domains.code.account.words.patterns import patterns
from kuznia.domains.code.imports.package_names import is_named, words
from kuznia.domains.code.imports.unresolved import unresolved_imports
from kuznia.domains.code.schema import File

_PATTERNS = patterns("forbidden")

Span = tuple[int, int]

# What introduces something that must not be used; what follows is it.
# A ban of more words than these says what should be, not what should not.
MAX_BANNED = 3
_FORBIDS = _PATTERNS["forbids"]
_OUTSIDE = _PATTERNS["outside"]
_ONLY = _PATTERNS["only"]
# What may stand round it and says no more.
_AROUND_ONLY = _PATTERNS["around_only"]
_ITEMS = re.compile(r",\s{0,8}|\s{1,8}(?:and|or|nor|та|і|й|або|чи|and without|і без|та без)\s{1,8}")
_NO = _PATTERNS["no"]
_KIND = _PATTERNS["kind"]
_AFTER = _PATTERNS["after"]
_EXCEPT = re.compile(r"(?:besides|except|other than|apart from|beyond|окрім|крім)\b", re.IGNORECASE)
_OUTCOME = _PATTERNS["outcome"]

# The standard libraries that no other list has, by how their imports begin.
_STANDARD = {
    "java": re.compile(r"^\s{0,40}import\s+(?:static\s+)?(?!java\.|javax\.)([\w.]+)", re.M),
    "kotlin": re.compile(r"^\s{0,40}import\s+(?!java\.|javax\.|kotlin\.)([\w.]+)", re.M),
    "csharp": re.compile(r"^\s{0,40}using\s+(?:static\s+)?(?!System)([A-Z][\w.]+)\s*;", re.M),
    "rust": re.compile(
        r"^\s{0,40}(?:pub )?use\s+(?!std\b|core\b|alloc\b|crate\b|super\b|self\b)([a-z]\w*)::"
        r"|^\s{0,40}extern crate (\w+)",
        re.M,
    ),
    "ruby": re.compile(
        r"^\s{0,40}require\s+['\"](?!set|json|time|date|csv|yaml|net/|uri|digest|securerandom|fileutils|optparse|tempfile|logger|bigdecimal|monitor|forwardable|ostruct|pathname|English|open3|socket|stringio|strscan|benchmark|singleton|observer|timeout|erb|zlib|psych|open-uri|shellwords|tmpdir|comparable|delegate|objspace|etc)([\w/-]+)",
        re.M,
    ),
    "php": re.compile(
        r"vendor/autoload|^\s{0,40}use\s+(?!function|const)((?:GuzzleHttp|Symfony|Illuminate|Carbon|Monolog|Doctrine|Ramsey)\\[\w\\]+)",
        re.M,
    ),
    "c": re.compile(
        r"^\s{0,40}#include\s+<(?!std|string|math|ctype|errno|limits|assert|time|signal|inttypes|float|locale|setjmp|wchar|iso646|complex|fenv|tgmath|uchar|unistd|sys/|fcntl|pthread|threads)([\w/.]+)>",
        re.M,
    ),
    "cpp": re.compile(
        r"^\s{0,40}#include\s+<((?:boost|fmt|absl|nlohmann|Eigen|spdlog)/?[\w/.]*)>", re.M
    ),
    "swift": re.compile(
        r"^\s{0,40}import\s+(?!Foundation|Swift|Dispatch|Darwin|Glibc|XCTest|Combine)(\w+)", re.M
    ),
    "html": re.compile(r"(?:src|href)=[\"'](?:https?:)?//([\w.-]+)"),
    "css": re.compile(r"@import\s+[^;]{0,40}?//([\w.-]+)"),
}


def forbidden(quote: str, evidence: CodeEvidence) -> Iterator[tuple[Span, Facet]]:
    """Everything a clause forbids, with whether code keeps to it."""
    for match in _ONLY.finditer(quote):
        facet = _only_standard(evidence)
        yield match.span(), facet
        for word in _AROUND_ONLY.finditer(quote):
            yield word.span(), facet
    for match in _FORBIDS.finditer(quote):
        group = match.lastgroup or "use"
        rest = match[group]
        cut = _AFTER.search(rest)
        text = rest[: cut.start()] if cut and cut.start() else rest
        has_exception = bool(_EXCEPT.match(quote[match.start(group) + len(text) :].lstrip(" ,")))
        for span, facet in _items(match, group, text, evidence):
            # What is let pass by name may be what was seen.
            yield span, Facet(None) if has_exception and facet.shown is False else facet


def _items(
    match: re.Match[str], group: str, text: str, evidence: CodeEvidence
) -> Iterator[tuple[Span, Facet]]:
    place = match.start(group)
    is_first = True
    for piece in _ITEMS.split(text):
        item = _KIND.sub("", _NO.sub("", piece.strip()).strip(" `'\"")).strip(" `'\"")
        if not item or _OUTCOME.match(item):
            return
        facet = _banned(
            item,
            evidence,
            bool(
                re.match(
                    r"(?i)[^.]*?\b(?:use|import|rely|call|використов|застосов|підключ)", match[0]
                )
            ),
        )
        if facet is None and not is_first:
            return
        if facet:
            start = match.start() if is_first else place + text.find(piece)
            yield (start, place + text.find(piece) + len(piece)), facet
        elif is_first:
            return
        is_first = False


def _banned(item: str, evidence: CodeEvidence, may_be_word: bool) -> Facet | None:
    """Whether the code does without something; None where it is nothing that code can use."""
    if _OUTSIDE.search(item):
        return _only_standard(evidence)
    lower = item.lower()
    for construct in constructs():
        if construct.says.search(lower):
            return _without(construct, evidence)
    pattern = r"[`'\"]?(?<![\w-])([A-Za-z_][\w.:-]*)[`'\"]?"
    # Among words of another alphabet a name stands out wherever it is.
    name = re.match(pattern, item) if item.isascii() else re.search(pattern, item)
    if name and _is_name(name[1], item, may_be_word):
        if pointer := _used(name[1], evidence):
            return Facet(False, pointer, f"{name[1]} is used.")
        return Facet(True, evidence.code[0].pointer, f"{name[1]} is not used.", weight=2)
    said = [word for word in content_words(item) if word not in listed("idle")]
    if said and len(said) <= MAX_BANNED and not any(map(evidence.words.explain, said)):
        return Facet(True, evidence.code[0].pointer, "The code has nothing of it.", weight=2)
    return None


_LIBRARIES = listed("libraries")


def _is_name(word: str, item: str, may_be_word: bool) -> bool:
    """Whether something forbidden is a name: it has signs or capitals in it, or stands alone in an
    order in another alphabet."""
    special = bool(re.search(r"[_.:]|[a-z][A-Z]|^[A-Z]{2,}$|-[A-Z]|^[A-Z][a-z]+$", word))
    known = word in sys.stdlib_module_names or word.lower() in _LIBRARIES
    return special or (len(item.split()) == 1 and (may_be_word or known))


def _used(name: str, evidence: CodeEvidence) -> str:
    if name in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        return is_there(name, evidence)
    pattern = re.compile(
        rf"(?<![\w]){re.escape(name)}(?![\w])", 0 if re.search("[A-Z]", name) else re.I
    )
    for source in evidence.code:
        text = source.text if "-" in name else source.bare
        if pattern.search(text):
            return source.pointer
    return ""


def _without(construct: Construct, evidence: CodeEvidence) -> Facet:
    for source in evidence.code:
        pattern = construct.by_language.get(source.language, construct.shows)
        if construct.literals and source.has_regex_literals:
            return Facet(False, source.pointer, f"The code uses {construct.name}.")
        if construct.itself:
            if _calls_itself(source):
                return Facet(False, source.pointer, "A function calls itself.")
        elif pattern.search(source.bare) or (
            construct.name == "resources from elsewhere" and pattern.search(source.text)
        ):
            return Facet(False, source.pointer, f"The code uses {construct.name}.")
    return Facet(
        True, evidence.code[0].pointer, f"The code does without {construct.name}.", weight=3
    )


def _calls_itself(source: SourceText) -> bool:
    return any(
        len(
            re.findall(rf"(?<![\w]){re.escape(unit.name)}\s*\(", source.bare[unit.start : unit.end])
        )
        > 1
        for unit in source.units
        if not unit.is_type
    )


def _only_standard(evidence: CodeEvidence) -> Facet:
    """Whether nothing is used that has to be installed."""
    for package in evidence.requires:
        return Facet(False, evidence.code[0].pointer, f"{package} has to be installed.")
    files = {source.path: source.raw for source in evidence.code}
    for source in evidence.code:
        if package := _foreign(source, files):
            return Facet(False, source.pointer, f"{package} has to be installed.")
    return Facet(True, evidence.code[0].pointer, "Only the standard library is used.", weight=3)


def _foreign(source: SourceText, files: dict[str, str]) -> str:
    if source.language == "python":
        return next(_foreign_python(source, files), "")
    if source.language in ("javascript", "typescript", "tsx", "go"):
        file = File(path=source.path, language=source.language, content=source.raw)
        unresolved = unresolved_imports(file, files, words(""))
        return next((item.what for item in unresolved if not item.certain), "")
    pattern = _STANDARD.get(source.language)
    match = pattern.search(source.text) if pattern else None
    return next((part for part in match.groups() if part), "a package") if match else ""


def _foreign_python(source: SourceText, files: dict[str, str]) -> Iterator[str]:
    own = {path.rsplit("/", 1)[-1].removesuffix(".py") for path in files} | {
        part for path in files for part in path.split("/")[:-1]
    }
    for match in re.finditer(
        r"^\s{0,8}(?:from\s{1,8}(\w{1,30})[\w.]{0,60}\s{1,8}import|import\s{1,8}(\w{1,30}))",
        source.text,
        re.M,
    ):
        top = match[1] or match[2]
        if top not in sys.stdlib_module_names and top not in own and not is_named(top, frozenset()):
            yield top
