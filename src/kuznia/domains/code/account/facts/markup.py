"""What only pages have."""

import re

from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet

_FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]{0,200}>", re.I)
_UNLABELLED = re.compile(
    r"type=[\"']?(?:hidden|submit|button|reset|image)\b|aria-label(?:ledby)?=", re.IGNORECASE
)


def labelled(evidence: CodeEvidence) -> Facet:
    """Whether a page has a label for each of its fields."""
    text = evidence.text
    fields = [field for field in _FIELD.findall(text) if not _UNLABELLED.search(field)]
    labels = len(re.findall(r"<label\b", text, re.I))
    if labels < len(fields):
        return Facet(False, evidence.code[0].pointer, "There are fewer labels than fields.")
    return Facet(True, evidence.code[0].pointer, "There is a label for each field.", weight=2)
