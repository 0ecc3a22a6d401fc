"""The planner's words: templates in both languages, reasons with the cards they cite."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kuznia.domains.training.schema.plan import Notice, Reason
from kuznia.domains.training.schema.profile import Language
from kuznia.platform.data_files import read_toml


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
        self._reasons: dict[tuple[str, ...], Reason] = {}

    def say(self, name: str, **values: object) -> str:
        """The text of that name, filled in."""
        return str(_texts()[name][self._language]).format(**values)

    def field(self, name: str, field: str) -> str:
        return str(_texts()[name][f"{field}_{self._language}"])

    def because(self, *names: str) -> Reason:
        """One reason of several texts, citing all their cards."""
        known = self._reasons.get(names)
        if known is None:
            cites = [card for name in names for card in _texts()[name].get("cites", ())]
            text = " ".join(self.say(name) for name in names)
            known = Reason(text=text, cites=tuple(dict.fromkeys(cites)))
            self._reasons[names] = known
        return known

    def notice(self, code: str, **values: object) -> Notice:
        return Notice(code=code, text=self.say(f"notice_{code}", **values))
