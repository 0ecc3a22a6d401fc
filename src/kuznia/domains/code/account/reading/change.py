"""What a change to files that came shows beside their code: what was there, and what differs."""

import re
from dataclasses import dataclass
from functools import cached_property

from kuznia.domains.code.changes.request import ChangeRequest, change_request, stem
from kuznia.domains.code.changes.units import Definition, FileChange, compared
from kuznia.domains.code.schema import File, over

_NAME = re.compile(r"[A-Za-z_]\w*")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+")
# A clause that says what is wrong today, or what is to go: the code need not show it any more.
_TODAY = re.compile(
    r"\b(?:fix|bug|wrong|incorrect|broken|crash|fail|hang|mistake|typo|issue|regression|leak"
    r"|no longer|currently|now|today|instead|should(?:n't| not)|correct|avoid|prevent)\w*"
    r"|виправ|помилк|баг\w{0,2}\b|неправильн|невірн|хибн|зламан|пада[єюл]|зависа|зараз|замість"
    r"|не має",
    re.IGNORECASE,
)
# What asks for nothing of its own: that the code is changed, and that the rest of it is not.
_STAYS = re.compile(
    r"\W*(?:(?:and|but|also|please|та|і|а|але|будь ласка)\s)?(?:"
    r"(?:keep|leave) (?:the rest|everything else|all else|other).{0,60}"
    r"|(?:do not|don't) (?:touch|change|modify) (?:anything|any other|the rest|other).{0,60}"
    r"|nothing else.{0,30}|без інших змін"
    r"|(?:більше|іншого|решту)\s.{0,20}не (?:чіпа|зміню|руха)\S*.{0,40}"
    r"|(?:залиш\w*|решт\w+)\s.{0,40}(?:як|без змін)\S*.{0,20}"
    r"|(?:change|edit|modify|make|зміни\w*|внеси\w*|зроби\w*)"
    r" (?:the|this|these|цей|цю|ці|такі?|таку)?"
    r"\s?(?:code|files?|changes?|код|файли?|змін[иу])(?: (?:like this|as follows|так|таким чином))?"
    r")\W*",
    re.IGNORECASE,
)
_COMMIT = frozenset(("fix", "feat", "chore", "refactor", "perf", "docs", "test", "build", "style"))


@dataclass(frozen=True)
class ChangeEvidence:
    """A change: the files before it, and what of them is not as it was."""

    request: ChangeRequest
    text: str
    changes: tuple[FileChange, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in the files before and after, and in their paths."""
        return frozenset(_NAME.findall(self.text))

    @cached_property
    def changed(self) -> frozenset[str]:
        """The stems of the words that were put in or taken out, and of what they are in."""
        words = {word for change in self.changes for word in _changed_words(change)}
        return frozenset(stem(piece) for word in words for piece in _PIECE.findall(word))

    def has(self, name: str) -> bool:
        """Whether a name, or each part of a dotted one, is there before the change or after it."""
        parts = _NAME.findall(name)
        return name in _COMMIT or (bool(parts) and all(map(self._has_part, parts)))

    def _has_part(self, part: str) -> bool:
        # `ior` is short for the method.
        return part in self.names or f"__{part}__" in self.names

    def had(self, text: str) -> bool:
        """Whether a text is in the files, before the change or after it."""
        return text.strip("\"'`«»“” ") in self.text

    def shares(self, quote: str) -> bool:
        """Whether a clause has a word in common with what was changed."""
        stems = {stem(piece) for piece in _PIECE.findall(quote) if len(piece) > 2}
        return bool(stems & self.changed)


def is_of_today(quote: str) -> bool:
    """Whether a clause speaks of what is wrong, or of what is to go."""
    return bool(_TODAY.search(quote)) or change_request(quote).removes


def stays(quote: str) -> bool:
    """Whether a clause only asks that the rest stays."""
    return bool(_STAYS.fullmatch(quote))


def _changed_words(change: FileChange) -> set[str]:
    words = {change.path.rpartition("/")[2].partition(".")[0]}
    for touched in change.touched:
        words |= {touched.definition.last_name, *touched.changed_words}
    if not change.is_read:
        before = set((change.before.content if change.before else "").split("\n"))
        words |= {
            w
            for line in change.after.content.split("\n")
            if line not in before
            for w in _NAME.findall(line)
        }
    return words


def change_evidence(
    prompt: str, came: tuple[File, ...], files: tuple[File, ...]
) -> ChangeEvidence | None:
    """What to look at beside the code of a change; None where no files came."""
    if not came:
        return None
    was = {file.path: file for file in came}
    every = (*came, *over(came, files))
    text = "\n".join(f"{file.path}\n{file.content}" for file in every)
    changes = tuple(compared(was.get(file.path), file) for file in files)
    return ChangeEvidence(change_request(prompt), text, changes)


def focused(change: FileChange) -> tuple[File, File | None]:
    """A file with only what the change touches, as it is and as it was."""
    before = change.before
    if before is None:
        return change.after, None
    if not change.is_read:
        old, new = before.content.split("\n"), change.after.content.split("\n")
        added = "\n".join(line for line in new if line not in set(old))
        return _with(change.after, added), _with(before, "")
    now = {
        touched.after.name or touched.after.meaning for touched in change.touched if touched.after
    }
    was = {t.before.name or t.before.meaning for t in change.touched if t.before}
    return _with(change.after, _only(change.after, change.new, now)), _with(
        before, _only(before, change.old, was)
    )


def _key(definition: Definition) -> str:
    return definition.name or definition.meaning


def _only(file: File, every: tuple[Definition, ...], names: set[str]) -> str:
    """The text without the definitions of other names; the head of a class stays."""
    lines = file.content.split("\n")
    owners = {definition.name.rpartition(".")[0] for definition in every}
    left_out: set[int] = set()
    for definition in every:
        is_class = definition.name in owners
        if _key(definition) not in names and not is_class:
            left_out |= set(range(definition.lines[0] - 1, definition.lines[1]))
    return "\n".join(line for number, line in enumerate(lines) if number not in left_out)


def _with(file: File, content: str) -> File:
    return file.model_copy(update={"content": content})
