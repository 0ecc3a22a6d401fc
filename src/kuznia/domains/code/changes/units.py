"""The definitions of a file, compared before and after: what was touched, added and removed."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kuznia.domains.code.languages.find import find
from kuznia.domains.code.parsing.pytree import Function, tree_of
from kuznia.domains.code.parsing.symbols import Symbol, symbols
from kuznia.domains.code.schema import File

_WORD = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a class without its methods, or another statement of a module."""

    # `Client.get`; an import or a statement that gives nothing a name has none.
    name: str
    # Two with the same are the same, however they are laid out.
    meaning: str
    words: Counter[str]
    # The first and the last line.
    lines: tuple[int, int]
    is_import: bool = False
    # The parameters of a function, as written.
    head: str = ""
    text: str = ""

    @property
    def last_name(self) -> str:
        return self.name.rpartition(".")[2].partition("#")[0]

    @property
    def is_public(self) -> bool:
        return bool(self.name) and not any(part.startswith("_") for part in self.name.split("."))


@dataclass(frozen=True, slots=True)
class Touched:
    """A definition that is not as it was; without `before` it is new, without `after` gone."""

    path: str
    before: Definition | None
    after: Definition | None

    @property
    def definition(self) -> Definition:
        kept = self.after or self.before
        assert kept is not None
        return kept

    @property
    def changed_words(self) -> frozenset[str]:
        """The names, numbers and words that were put in or taken out."""
        old = self.before.words if self.before else Counter[str]()
        new = self.after.words if self.after else Counter[str]()
        return frozenset(((new - old) + (old - new)).keys())

    @property
    def line_words(self) -> frozenset[str]:
        """The words of all lines that are not as they were."""
        old = set(self.before.text.split("\n") if self.before else ())
        new = set(self.after.text.split("\n") if self.after else ())
        return frozenset(word for line in old ^ new for word in _WORD.findall(line))


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file before and after; `before` is None for a new one."""

    path: str
    before: File | None
    after: File
    old: tuple[Definition, ...] = ()
    new: tuple[Definition, ...] = ()
    # Whether its definitions can be told apart.
    is_read: bool = False

    @property
    def touched(self) -> tuple[Touched, ...]:
        return tuple(_touched(self.path, self.old, self.new))


def compared(before: File | None, after: File) -> FileChange:
    """A file with its definitions before and after."""
    old = definitions(before) if before else ()
    new = definitions(after)
    if old is None or new is None:
        return FileChange(after.path, before, after)
    return FileChange(after.path, before, after, old, new, is_read=True)


def _touched(
    path: str, old: tuple[Definition, ...], new: tuple[Definition, ...]
) -> Iterator[Touched]:
    was = {definition.name: definition for definition in old if definition.name}
    now = {definition.name: definition for definition in new if definition.name}
    for name in dict.fromkeys((*was, *now)):
        if name not in was or name not in now or was[name].meaning != now[name].meaning:
            yield Touched(path, was.get(name), now.get(name))
    before = Counter(definition.meaning for definition in old if not definition.name)
    after = Counter(definition.meaning for definition in new if not definition.name)
    for definition in old:
        if not definition.name and before[definition.meaning] > after[definition.meaning]:
            yield Touched(path, definition, None)
    for definition in new:
        if not definition.name and after[definition.meaning] > before[definition.meaning]:
            yield Touched(path, None, definition)


def definitions(file: File) -> tuple[Definition, ...] | None:
    """The definitions of a file in order; None where they cannot be told apart."""
    if file.language == "python":
        tree = tree_of(file.content)
        lines = file.content.split("\n")
        every = _of_body(tree.body, "") if tree else iter(())
        with_text = (_with_text(definition, lines) for definition in every)
        return tuple(_numbered(with_text)) if tree else None
    language = find(file.language)
    every = symbols(file.content, language) if language else ()
    # A type holds its methods: each of those is looked at by itself.
    functions = (symbol for symbol in every if symbol.kind == "function" and symbol.body)
    return tuple(_numbered(map(_of_symbol, functions))) or None


def _with_text(definition: Definition, lines: Sequence[str]) -> Definition:
    first, last = definition.lines
    return replace(definition, text="\n".join(lines[first - 1 : last]))


def _of_symbol(symbol: Symbol) -> Definition:
    text = f"{symbol.head} {symbol.body}"
    last = symbol.line + text.count("\n")
    words = Counter(_WORD.findall(text))
    # Where a language calls nothing private that is nested, `_` is kept as the mark of it.
    name = f"_.{symbol.name}" if symbol.nested else symbol.name
    meaning, head = " ".join(text.split()), " ".join(symbol.head.split())
    return Definition(name, meaning, words, (symbol.line, last), head=head, text=text)


def _of_body(body: Sequence[ast.stmt], owner: str) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, Function):
            head = ast.unparse(node.args)
            yield _definition(f"{owner}{node.name}", node, [node], head=head)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, owner)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from map(partial(_imported, node), node.names)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _of_branches(node, owner)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = target.id if isinstance(target, ast.Name) else ""
            yield _definition(f"{owner}{name}" if name else "", node, [node])
        else:
            yield _definition("", node, [node])


def _of_class(node: ast.ClassDef, owner: str) -> Iterator[Definition]:
    """The methods of a class, and the class without them."""
    name = f"{owner}{node.name}"
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    own = [statement for statement in node.body if not isinstance(statement, inner)]
    parts = [*node.decorator_list, *node.bases, *node.keywords, *own]
    yield _definition(name, node, parts)
    yield from _of_body([part for part in node.body if isinstance(part, inner)], f"{name}.")


_TAKEN_OUT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _of_branches(node: ast.If | ast.Try | ast.With, owner: str) -> Iterator[Definition]:
    """What is defined under a condition; without a definition it is one statement."""
    bodies = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    bodies += [handler.body for handler in getattr(node, "handlers", [])]
    inner = [part for body in bodies for part in body]
    if any(isinstance(part, _TAKEN_OUT) for part in inner):
        yield from _of_body(inner, owner)
    else:
        yield _definition("", node, [node])


def _imported(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Definition:
    where = f"{'.' * node.level}{node.module or ''}" if isinstance(node, ast.ImportFrom) else ""
    words = Counter([(alias.asname or alias.name).partition(".")[0]])
    meaning = f"import {where} {alias.name} {alias.asname or ''}"
    return Definition("", meaning, words, (node.lineno, node.end_lineno or 0), is_import=True)


def _definition(name: str, node: ast.stmt, parts: Sequence[ast.AST], head: str = "") -> Definition:
    decorated = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorated)])
    words = Counter(word for part in parts for word in _words(part))
    meaning = "\n".join(ast.dump(part) for part in parts)
    return Definition(name, meaning, words, (first, node.end_lineno or first), head=head)


def _words(part: ast.AST) -> Iterator[str]:
    """The names, numbers and words of texts in a piece of a tree."""
    for node in ast.walk(part):
        for _, value in ast.iter_fields(node):
            if isinstance(value, str):
                yield from _WORD.findall(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                yield f"{value:g}" if isinstance(node, ast.Constant) else ""


def _numbered(every: Iterator[Definition]) -> Iterator[Definition]:
    """The definitions, the second of one name with its number: overloads, setters, branches."""
    seen: Counter[str] = Counter()
    for definition in every:
        seen[definition.name] += 1
        again = bool(definition.name) and seen[definition.name] > 1
        name = f"{definition.name}#{seen[definition.name]}"
        yield replace(definition, name=name) if again else definition
