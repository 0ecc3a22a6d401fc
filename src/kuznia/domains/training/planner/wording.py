"""The planner's words: templates in both languages, reasons with the cards they cite."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from kuznia.domains.training.schema.plan import Notice, Reason
from kuznia.domains.training.schema.profile import Language
from kuznia.platform.data_files import read_toml

# A template filled in: its name and values, by which a wording is found again.
ReasonPart = tuple[str, tuple[tuple[str, str], ...]]


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    # Any: a row holds texts and a list of citations; both are read by name below.
    return read_toml(__file__, "texts.toml")


@cache
def notice_codes() -> frozenset[str]:
    """The codes of the notices that the planner itself may give."""
    head = "notice_"
    return frozenset(name.removeprefix(head) for name in _texts() if name.startswith(head))


class PlanWords:
    """One language's templates. Reasons are made once and shared: a plan repeats them often."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._reasons: dict[tuple[ReasonPart, ...], Reason] = {}

    def say(self, name: str, **values: object) -> str:
        """The text of that name, filled in."""
        return str(_texts()[name][self._language]).format(**values)

    def field(self, name: str, field: str) -> str:
        return str(_texts()[name][f"{field}_{self._language}"])

    def nth(self, number: int, *, of: bool = False) -> str:
        """An ordinal in words, counted from 0; `of` in the form that follows another noun."""
        ordinals = str(_texts()["ordinals_of" if of else "ordinals"][self._language]).split()
        return ordinals[min(number, len(ordinals) - 1)]

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row, the last after an and."""
        *most, last = names
        return f"{', '.join(most)} {self.say('and')} {last}" if most else last

    @staticmethod
    def part(name: str, **values: str) -> ReasonPart:
        """A template and its values, to be joined into a reason."""
        return name, tuple(values.items())

    def joined(self, *parts: ReasonPart) -> Reason:
        """One reason of several parts, citing all their cards."""
        known = self._reasons.get(parts)
        if known is None:
            cites = [card for name, _ in parts for card in _texts()[name].get("cites", ())]
            text = ""
            for name, values in parts:
                said = self.say(name, **dict(values))
                text += f" {said}" if text.endswith(":") else f" {_capital(said)}"
            known = Reason(text=text.strip(), cites=tuple(dict.fromkeys(cites)))
            self._reasons[parts] = known
        return known

    def because(self, *names: str) -> Reason:
        """One reason of several texts, citing all their cards."""
        return self.joined(*((name, ()) for name in names))

    def notice(self, code: str, **values: object) -> Notice:
        return Notice(code=code, text=self.say(f"notice_{code}", **values))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
