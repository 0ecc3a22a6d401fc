"""All examples of a request that can be read without doubt."""

import ast
import re
from collections import defaultdict

from kuznia.domains.code.order_examples.example import OrderExample
from kuznia.domains.code.order_examples.literals import parsed
from kuznia.domains.code.order_examples.named import named
from kuznia.domains.code.order_examples.prose import prose
from kuznia.domains.code.order_examples.sessions import sessions
from kuznia.domains.code.order_examples.tables import tables

# More are a data set; the first are enough.
MAX_EXAMPLES = 40
# What comes of chance is shown as it came once.
_CHANCE = re.compile(r"random|shuffl|uuid|випадков|навмання", re.IGNORECASE)


def examples(request: str, _: float = 0.0) -> tuple[OrderExample, ...]:
    """The examples of a request, without those that contradict each other."""
    if _CHANCE.search(request):
        return ()
    read = [*sessions(request), *prose(request), *named(request), *tables(request)]
    outcomes: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for example in read:
        outcomes[_subject(example)].add(f"{example.value} {example.raises}")
    once = {_subject(example): example for example in reversed(read)}
    kept = [once[subject] for subject in dict.fromkeys(map(_subject, read))]
    agreed = [e for e in kept if len(outcomes[_subject(e)]) == 1]
    # `f(1) = 3` beside `f(3) == [1, 3, 8]` speaks of something else than what the code returns.
    kinds = {_kind(example.value) for example in agreed if not example.raises}
    return tuple(e for e in agreed if not e.weak or len(kinds) == 1)[:MAX_EXAMPLES]


def _kind(value: str) -> str:
    """Whether a value is one thing, or a container of which kind."""
    node = parsed(value)
    return "one" if isinstance(node, ast.Constant | ast.UnaryOp) else type(node).__name__


def _subject(example: OrderExample) -> tuple[object, ...]:
    return example.call, example.setup, example.arguments
