"""New words of a flow: a label in both languages, an id for it, an option."""

from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.titles import TOPICS
from kuznia.domains.flows.reading.prompt_text import language_of, slug
from kuznia.domains.flows.schema import FlowOption, Text

_EDGES = " \t\n.,;:-–—!?'\""


def capital(text: str) -> str:
    text = text.strip(_EDGES)
    return text[:1].upper() + text[1:]


def both(text: str) -> Text:
    """A text in both languages: translated where the planner knows it, else the same in both."""
    known = _known().get(text.casefold())
    if known is None:
        return Text(uk=text, en=text)
    return Text(uk=text, en=known.en) if language_of(text) == "uk" else Text(uk=known.uk, en=text)


def _known() -> dict[str, Text]:
    texts = [*(field.label for field in LEXICON.fields.values()), *TOPICS.values()]
    return {side.casefold(): text for text in texts for side in (text.uk, text.en)}


def option_of(label: str, taken: set[str]) -> FlowOption:
    """An option with this label, and an id that no other has."""
    return FlowOption(id=slug(label, taken), label=both(label))
