"""What a model claims of a wish: the place in the code where the wish is said to be met."""

import re

from kuznia.domains.code.account.reading.evidence import CodeEvidence, Scope
from kuznia.domains.code.account.words.lexicon import words_of
from kuznia.forge.terms import Wish

_POINTER = re.compile(r"/code/files/(\d+)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


def claimed_scope(claim: Wish, evidence: CodeEvidence) -> Scope | None:
    """The functions and files that a claim names; None where it leads nowhere."""
    text = " ".join(claim.where)
    numbers = {int(number) for number in _POINTER.findall(text)}
    names = set(_NAME.findall(_POINTER.sub(" ", text)))
    scopes = [scope for scope in evidence.scopes if scope.name and scope.name in names]
    scopes = scopes or [
        scope
        for number, source in enumerate(evidence.code)
        if number in numbers or source.path in text or source.path.rsplit("/", 1)[-1] in text
        for scope in evidence.scopes
        if not scope.name and scope.pointer == source.pointer
    ]
    if not scopes and names & evidence.names:
        return evidence.whole
    if len(scopes) < 2:
        return scopes[0] if scopes else None
    joined = "\n".join(scope.text for scope in scopes)
    return Scope("", scopes[0].pointer, joined, joined, words_of(joined))
