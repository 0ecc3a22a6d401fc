"""What the law and good manners say of services: who signs, and what is never asked."""

import re

# What changes something by law when it goes through, and therefore has to be signed.
SIGNED_ARCHETYPES = frozenset({"benefit", "permit", "deal"})


# Nothing in these is decided about a person: no page to look everything over is needed.
UNREVIEWED_ARCHETYPES = frozenset({"survey"})


# What opens somebody's money or accounts. A library card is a card too: only these words together.
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
    """Whether these words ask for something that must never be given to anybody."""
    return _SECRET.search(words) is not None
