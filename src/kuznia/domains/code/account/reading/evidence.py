"""Everything an account looks at: the code of an artefact, taken apart once for all clauses."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kuznia.domains.code.account.reading.change import ChangeEvidence, change_evidence, focused
from kuznia.domains.code.account.reading.numbers import Site, constants, sites
from kuznia.domains.code.account.reading.quantities import ClauseNumber, amounts
from kuznia.domains.code.account.reading.source import CodeBranch, SourceText, Unit, read
from kuznia.domains.code.account.words.lexicon import Words, words_of
from kuznia.domains.code.languages.testing import is_test_path
from kuznia.domains.code.schema import File

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_HEAD = re.compile(r"\(((?:[^()]|\([^()]*\))*)\)")
_DEFINED = re.compile(
    r"\s*(?:export |pub |public |private |static |final |readonly |internal |protected )*"
    r"(?:const |let |var |val |#define |def )?(?:[\w<>\[\]]{1,40} )?([A-Z_a-z$][\w$]*)"
    r"(?:: ?[\w<>\[\], .]{1,60})? ?(?:=|\s\d)"
)
_MAX_SCOPE = 12_000
_MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that a clause says, and whether the code agrees.

    `shown` is True where the code shows it, False where it shows the opposite or should and does
    not, None where nothing can be said.
    """

    shown: bool | None
    pointer: str = ""
    why: str = ""
    # How much it weighs beside single words.
    weight: int = 1
    # Whether it is a fact that no other program shares by chance: a name, a number, an outcome.
    is_fact: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the code: a unit with the constants and the units it uses, or a whole file."""

    name: str
    pointer: str
    text: str
    bare: str
    words: Words


@dataclass(frozen=True)
class CodeEvidence:
    """The code, its tests, and what else is in the artefact."""

    language: str
    prompt: str
    code: tuple[SourceText, ...]
    tests: tuple[SourceText, ...] = ()
    requires: tuple[str, ...] = ()
    has_documentation: bool = False
    # Where the code is a change to files that came.
    change: ChangeEvidence | None = None

    @cached_property
    def text(self) -> str:
        return "\n".join(source.text for source in self.code)

    @cached_property
    def bare(self) -> str:
        return "\n".join(source.bare for source in self.code)

    @cached_property
    def constants(self) -> dict[str, float]:
        return constants(self.code)

    @cached_property
    def sites(self) -> list[Site]:
        return sites(self.code)

    @cached_property
    def words(self) -> Words:
        paths = " ".join(source.path for source in self.code)
        return words_of(f"{self.text} {paths} {' '.join(self.requires)}")

    @cached_property
    def labels(self) -> Words:
        """The words of the comments too: they say what a place is about, and prove nothing."""
        return words_of("\n".join(source.raw for source in self.code))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(_NAME.findall(self.text))

    @cached_property
    def amounts(self) -> "list[ClauseNumber]":
        """The numbers of the whole prompt."""
        return amounts(self.prompt)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of what the functions take."""
        heads = [
            match[1]
            for source in self.code
            for unit in source.units
            if not unit.is_type
            and (match := _HEAD.search(source.bare[unit.start : unit.start + 400]))
        ]
        return frozenset(name for head in heads for name in _NAME.findall(head) if len(name) > 1)

    @cached_property
    def branches(self) -> tuple[tuple[SourceText, CodeBranch], ...]:
        return tuple((source, branch) for source in self.code for branch in source.branches)

    @cached_property
    def unused(self) -> frozenset[str]:
        """The parameters of Python and JavaScript that stand in the heads of functions alone."""
        if self.language not in ("python", "javascript", "typescript", "go", "java", "kotlin"):
            return frozenset()
        counts = Counter(_NAME.findall(self.bare))
        return frozenset(n for n in self.parameters if n[0].islower() and counts[n] == 1)

    def named(self, value: str) -> list[str]:
        """The constants that stand for a number."""
        if not value.isdecimal() or value in ("0", "1"):
            return []
        return [name for name, number in self.constants.items() if number == float(value)]

    def branches_with(self, word: str) -> int:
        """How many conditions a word is in."""
        conditions = {branch.condition for _, branch in self.branches}
        return max(1, sum(words_of(condition).explain(word) for condition in conditions))

    @cached_property
    def units(self) -> dict[str, tuple[SourceText, Unit]]:
        """The functions and types by name; of several with one name the first."""
        by_name: dict[str, tuple[SourceText, Unit]] = {}
        for source in self.code:
            for unit in source.units:
                by_name.setdefault(unit.name, (source, unit))
        return by_name

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        return tuple(self._scopes())

    @cached_property
    def whole(self) -> Scope:
        pointer = self.code[0].pointer
        return Scope("", pointer, self.text, self.bare, self.words)

    def _scopes(self) -> Iterator[Scope]:
        for source in self.code:
            for unit in source.units:
                text = source.text[unit.start : unit.end]
                bare = source.bare[unit.start : unit.end]
                more = "" if unit.is_type else self._used(unit, text)
                whole = f"{text}\n{more}"[:_MAX_SCOPE]
                yield Scope(unit.name, source.pointer, whole, f"{bare}\n{more}", words_of(whole))
        for source in self.code:
            path_words = f"{source.text}\n{source.path}"
            yield Scope("", source.pointer, source.text, source.bare, words_of(path_words))

    def _used(self, unit: Unit, text: str) -> str:
        """The constants and the units that a unit names."""
        names = set(_NAME.findall(text)) - {unit.name}
        pieces = [
            other.text[that.start : that.end][:2_000]
            for name in sorted(names & self.units.keys())
            for other, that in [self.units[name]]
            if not that.is_type
        ]
        lines = [line for name in sorted(names) for line in self._defined.get(name, ())]
        return "\n".join((*lines, *pieces))

    @cached_property
    def _defined(self) -> dict[str, list[str]]:
        """The lines outside of functions that give a name its value."""
        lines: dict[str, list[str]] = {}
        for source in self.code:
            for line in source.lines:
                match = _DEFINED.match(line[:_MAX_LINE])
                if match and (line[:1].strip() or match[1].isupper() or match[1][:1].isupper()):
                    lines.setdefault(match[1], []).append(line[:_MAX_LINE])
        return lines

    def expanded(self, then: str) -> str:
        """What a branch does, with what the units do that it calls."""
        called = [
            name
            for name in dict.fromkeys(re.findall(r"([A-Za-z_]\w*)", then))
            if name in self.units and not self.units[name][1].is_type
        ]
        bodies = [
            source.text[unit.start : unit.end][:800]
            for source, unit in (self.units[name] for name in called[:4])
        ]
        return "\n".join((then, *bodies))


def collect(
    language: str,
    prompt: str,
    code: tuple[File, ...],
    tests: tuple[File, ...],
    requires: tuple[str, ...],
    has_documentation: bool,
    came: tuple[File, ...] = (),
) -> CodeEvidence:
    """Read the files of an artefact; of a change what it touches."""
    change = change_evidence(prompt, came, code)
    if change:
        # What tests pass for an argument is not what the code does with it.
        is_code = any(not is_test_path(part.path) for part in change.changes)
        parts = [p for p in change.changes if not (is_code and is_test_path(p.path))]
        code = tuple(focused(part)[0] for part in parts)
    return CodeEvidence(
        change=change,
        language=language,
        prompt=prompt,
        code=tuple(read(f"/code/files/{number}", file) for number, file in enumerate(code)),
        tests=tuple(read(f"/tests/files/{number}", file) for number, file in enumerate(tests)),
        requires=requires,
        has_documentation=has_documentation,
    )
