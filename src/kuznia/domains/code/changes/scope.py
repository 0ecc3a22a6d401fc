"""Whether what a change touches was named by the request, or is needed for what was."""

import builtins
import keyword
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from posixpath import basename, splitext

from kuznia.domains.code.changes.request import ChangeRequest, pieces_of, stem
from kuznia.domains.code.changes.units import Definition, FileChange, Touched
from kuznia.domains.code.languages.testing import is_test_path

# What stands in any code, and joins no two changes.
_COMMON = frozenset(
    (
        *dir(builtins),
        *keyword.kwlist,
        *("self", "cls", "args", "kwargs", "Any", "Optional", "Union", "List", "Dict", "Tuple"),
        *("name", "value", "key", "item", "data", "result", "text", "index", "other", "the", "and"),
        *("for", "with", "that", "this", "not", "from", "Return", "Returns", "return", "function"),
    )
)
_EMPTY = frozenset(
    (*keyword.kwlist, "self", "the", "and", "for", "with", "that", "this", "not", "from")
)
MIN_WORD = 3
# A word of the request may stand in a longer one: `potat` in potato.
MIN_PART = 5


@dataclass
class _Scope:
    """What is allowed so far: the changes, and the words that they put in or took out."""

    request: ChangeRequest
    allowed: list[Touched] = field(default_factory=list[Touched])
    # Names whose definition is new, gone or takes other arguments.
    moved: set[str] = field(default_factory=set[str])
    words: set[str] = field(default_factory=set[str])

    def allow(self, touched: Touched) -> None:
        self.allowed.append(touched)
        self.words |= telling(touched.changed_words)
        before, after = touched.before, touched.after
        if before is None or after is None or before.head != after.head:
            self.moved |= {touched.definition.last_name} - {""}
            self.words |= telling({touched.definition.last_name})


def telling(words: Iterable[str]) -> set[str]:
    """The words that two changes do not share by chance."""
    return {word for word in words if word not in _COMMON and _is_long(word)}


def _is_long(word: str) -> bool:
    return len(word) >= MIN_WORD or word.isdecimal()


def oversteps(changes: Sequence[FileChange], request: ChangeRequest) -> Iterator[Touched]:
    """What was touched although the request does not name it and nothing that it names needs it.

    Nothing where a request goes through all of the code, or names no place that can be told.
    """
    every = [touched for change in changes for touched in change.touched]
    if request.goes_everywhere:
        yield from (touched for touched in every if _is_kept(touched, request))
        return
    scope = _Scope(request)
    rest = _anchored(every, changes, scope)
    if not scope.allowed:
        return
    while needed := [touched for touched in rest if _is_needed(touched, scope)]:
        for touched in needed:
            scope.allow(touched)
        rest = [touched for touched in rest if touched not in needed]
    for touched in (*rest, *(t for t in scope.allowed if _is_kept(t, request))):
        # What is new is looked at by the account; what is gone, or an import, by other checks.
        if touched.before is not None and touched.after is not None:
            yield touched


def _is_kept(touched: Touched, request: ChangeRequest) -> bool:
    """Whether the request says that this is to stay as it is."""
    name = touched.definition.last_name
    return touched.before is not None and name in request.kept and _is_long(name)


def _anchored(
    every: Sequence[Touched], changes: Sequence[FileChange], scope: _Scope
) -> list[Touched]:
    """Allow what the request names itself; the rest has to be needed for that."""
    request = scope.request
    called = _called_by_named(changes, request)
    is_alone = len(every) == 1 and not _named_places(changes, request)
    # From the surest: what is named, what is in a class that is, what is spoken of, what is called
    # by what is named, for a fault may lie there.
    ways: tuple[Callable[[Touched], bool], ...] = (
        lambda touched: request.names(touched.definition.last_name),
        lambda touched: _is_of_named_class(touched, request),
        lambda touched: _is_spoken_of(telling(touched.changed_words), request),
        lambda touched: _is_spoken_of(set(touched.line_words - _EMPTY), request),
        lambda touched: touched.definition.last_name in called,
        lambda _: is_alone,
    )
    groups = ([touched for touched in every if way(touched)] for way in ways)
    # A test that is named, or a list of names, does not tell where in the code the change is.
    is_code = any(map(_is_code, every))
    named = next(
        (g for g in groups if any(map(_is_code, g)) or (g and not is_code)), list[Touched]()
    )
    for touched in named:
        scope.allow(touched)
    for touched in every:
        if touched not in named and touched.before is None and not touched.definition.is_import:
            scope.allow(touched)
    return [touched for touched in every if touched not in scope.allowed]


def _is_spoken_of(words: set[str], request: ChangeRequest) -> bool:
    """Whether one of the words is in the request, in another form or as a part of one too."""
    if words & request.tokens:
        return True
    pieces = {stem(piece) for word in words for piece in pieces_of(word)}
    pieces = {piece for piece in pieces if len(piece) > MIN_WORD and piece not in _COMMON}
    if pieces & request.stems:
        return True
    long = [piece for piece in pieces if len(piece) >= MIN_PART]
    return any(piece in said for said in request.stems for piece in long)


def _is_code(touched: Touched) -> bool:
    definition = touched.definition
    is_there = touched.before is not None and touched.after is not None
    is_list = definition.name.startswith("__") and not definition.head
    return is_there and not (definition.is_import or is_list or is_test_path(touched.path))


def _is_of_named_class(touched: Touched, request: ChangeRequest) -> bool:
    owner = touched.definition.name.rpartition(".")[0].rpartition(".")[2]
    return bool(owner) and request.names(owner)


def _named_places(changes: Sequence[FileChange], request: ChangeRequest) -> list[Definition]:
    """The definitions before the change that the request names as they are written."""
    old = (definition for change in changes for definition in change.old)
    return [d for d in old if d.last_name in request.tokens and _is_long(d.last_name)]


def _called_by_named(changes: Sequence[FileChange], request: ChangeRequest) -> set[str]:
    """The names in the definitions that the request names: a fault may lie in what they call."""
    return {word for place in _named_places(changes, request) for word in place.words}


def _is_needed(touched: Touched, scope: _Scope) -> bool:
    words, lines = telling(touched.changed_words), touched.line_words
    if words & scope.words or _is_spoken_of(words | telling(lines), scope.request):
        return True
    if is_test_path(touched.path):
        names = {allowed.definition.last_name for allowed in scope.allowed}
        sought = (names | scope.request.tokens) - _EMPTY
        return bool(touched.definition.words.keys() & sought)
    return bool(lines & scope.moved)


def unread_oversteps(changes: Sequence[FileChange], request: ChangeRequest) -> Iterator[str]:
    """The paths of changed files without definitions that have to do with nothing of the rest."""
    words = set(request.tokens)
    for change in changes:
        words |= {w for touched in change.touched for w in telling(touched.changed_words)}
    for change in changes:
        if change.is_read or change.before is None or request.goes_everywhere:
            continue
        name = basename(change.path)
        is_named = name.lower() in {t.lower() for t in request.tokens} or request.names(
            splitext(name)[0]
        )
        if not is_named and len(changes) > 1 and not _shares(change, telling(words)):
            yield change.path


def _shares(change: FileChange, words: set[str]) -> bool:
    assert change.before is not None
    old, new = change.before.content.split("\n"), change.after.content.split("\n")
    lines = set(old) ^ set(new)
    return any(word in line for line in lines for word in words)


def left_out(changes: Sequence[FileChange], request: ChangeRequest) -> Iterator[tuple[str, str]]:
    """Definitions that are named in a row with others, and left as they are when those are not:
    the path and the name."""
    touched = {t.definition.last_name for change in changes for t in change.touched}
    for row in request.rows:
        if not row & touched:
            continue
        for change in changes:
            for definition in change.old:
                name = definition.last_name
                if name in row - touched - request.kept and _is_long(name):
                    yield change.path, definition.name


def vanished(
    changes: Sequence[FileChange], request: ChangeRequest
) -> Iterator[tuple[str, Definition]]:
    """What others may rely on and is gone without having been named, with its path."""
    now = {d.last_name for change in changes for d in change.new}
    for change in changes:
        kept = {definition.name for definition in change.new}
        for definition in change.old if change.is_read else ():
            gone = definition.name not in kept and "#" not in definition.name
            if not gone or not definition.is_public or is_test_path(change.path):
                continue
            # Moved elsewhere, it is still there; named by a request that removes, it is asked for.
            if definition.last_name in now or _may_go(definition, request):
                continue
            yield change.path, definition


def _may_go(definition: Definition, request: ChangeRequest) -> bool:
    if not request.removes:
        return False
    parts = definition.name.split(".")
    return request.goes_everywhere or any(request.names(part) for part in parts)
