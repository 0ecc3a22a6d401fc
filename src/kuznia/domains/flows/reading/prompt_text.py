"""A prompt as text and words: one spelling for look-alikes, the language, and ids from labels."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.domains.flows.schema import Language
from kuznia.domains.flows.structure.formats import APOSTROPHES

# Latin letters that are often typed in Cyrillic words because they look the same.
_LOOKS = str.maketrans("iaeopcxyIAEOPCXTHKMB", "іаеорсхуІАЕОРСХТНКМВ")
_CYRILLIC = re.compile(r"[А-Яа-яҐЄІЇґєії]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W_]+(?:['.\-][^\W_]+)*")
# White space from its first character on: a search from each of its characters would take
# quadratic time. The second may also be empty.
GAP = r"(?<!\s)\s++"
GAP_OR_NONE = rf"(?:{GAP})?"
_TAG = re.compile(r"</?[a-z!][^<>]{0,200}>", re.IGNORECASE)
_QUOTES = str.maketrans(dict.fromkeys('«»„“”"', " ") | {"\u00a0": " ", "\t": " ", "\r": "\n"})
# Invisible characters, which would split a word in two.
_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cn"})

_LATIN_OF = {
    **dict(zip("абвгґдезиіклмнопрстуфьєїйюя", "abvhgdezyiklmnoprstuf_________", strict=False)),
    **{"ь": "", "є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia", "ж": "zh", "х": "kh"},
    **{"ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "'": ""},
}


def clean(prompt: str) -> str:
    """Normalise a prompt: apostrophes, quotes, look-alike letters, no invisible characters."""
    text = unicodedata.normalize("NFC", prompt).translate(APOSTROPHES).translate(_QUOTES)
    text = "".join(
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
    )
    text = _TAG.sub(" ", text)
    return re.sub(r"[^\W\d_]+", lambda word: _same_script(word.group()), text)


@dataclass(frozen=True, slots=True)
class CleanText:
    """A clean text, and where in the prompt each of its characters stands."""

    text: str
    origin: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """From where to where in the prompt a part of the text stands."""
        if not self.origin or start >= end:
            return 0, 0
        return self.origin[start], self.origin[min(end, len(self.origin)) - 1] + 1


def cleaned(prompt: str) -> CleanText:
    """The prompt as `clean` makes it, with places."""
    prompt = _TAG.sub(lambda tag: " " * len(tag[0]), prompt)
    characters: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(prompt):
        plain = character.translate(APOSTROPHES).translate(_QUOTES)
        if characters and unicodedata.combining(character):
            composed = unicodedata.normalize("NFC", characters[-1] + character)
            if len(composed) == 1:
                characters[-1] = composed
                continue
        if plain == "\n" or unicodedata.category(plain) not in _UNSEEN:
            characters.append(plain)
            origin.append(place)
    text = re.sub(r"[^\W\d_]+", lambda word: _same_script(word.group()), "".join(characters))
    return CleanText(text, tuple(origin))


def _same_script(word: str) -> str:
    mixed = _CYRILLIC.search(word) and _LATIN.search(word)
    return word.translate(_LOOKS) if mixed else word


def language_of(text: str) -> Language:
    """The language to which most letters belong."""
    return "uk" if len(_CYRILLIC.findall(text)) * 2 >= len(_LATIN.findall(text)) else "en"


def words(text: str) -> list[str]:
    """The words in lower case, with their apostrophes and dashes."""
    return [found.group().lower() for found in _WORD.finditer(text)]


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """The words with where they begin and end."""
    for found in _WORD.finditer(text):
        yield found.group().lower(), found.start(), found.end()


def slug(label: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """Make an id from a label in either language, different from those taken."""
    spelled = "".join(_LATIN_OF.get(character, character) for character in label.lower())
    name = re.sub(r"[^a-z0-9]+", "_", spelled).strip("_")[:40].strip("_")
    if not name or not name[0].isalpha():
        name = f"field_{name}".strip("_")
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
