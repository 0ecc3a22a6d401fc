"""Legal constants of services: which have to be signed, and what must never be asked."""

import re

# Services with a legal effect, which have to be signed.
SIGNED_ARCHETYPES = frozenset({"benefit", "permit", "deal"})


# Services that decide nothing about a person, and need no review page.
UNREVIEWED_ARCHETYPES = frozenset({"survey"})


# Phrases for what opens money or accounts. Single words would match a library card too.
_SECRET = re.compile(
    r"(?:^|\b(?:bank|credit|debit|payment|your|the)[ _-])card[ _-]?(?:number|no\b)"
    r"|\bcv[vc]2?\b|\bpin(?:[ _-]?code)?\b|\bpasswords?\b|\bpassphrase\b|\bone[ _-]time\b|\botp\b"
    r"|\bsms[ _-]?codes?\b|\bseed[ _-]?phrase\b|\bprivate[ _-]?keys?\b"
    r"|(?:банківськ|платіжн|кредитн|дебетов)\w{0,9}\s+карт"
    r"|номер\w{0,9}\s+(?:банківськ\w{0,9}\s+)?картк\w{0,9}$"
    r"|\bпін[ -]?код|\bпарол|\bодноразов\w{0,9}\s+(?:код|парол)"
    r"|\bкод\w{0,9}\s+(?:з|із)\s+(?:смс|sms)"
    r"|\bсек?ретн\w{0,9}\s+фраз|\bприватн\w{0,9}\s+ключ",
    re.IGNORECASE,
)


def asks_for_secret(words: str) -> bool:
    """Whether a text asks for a secret, such as a card number or a password."""
    return _SECRET.search(words) is not None
