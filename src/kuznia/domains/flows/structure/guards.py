"""Guards: whether they hold for some facts, which facts they test, and how they are written."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias, assert_never

from kuznia.domains.flows.schema import All, Comparison, Either, Guard, Not, Scalar

Dialect = Literal["python", "feel", "js"]
Known: TypeAlias = Scalar | tuple[Scalar, ...] | None
Facts: TypeAlias = Mapping[str, Known]


def tests(guard: Guard) -> Iterator[Comparison]:
    """Every comparison in a guard."""
    if isinstance(guard, Comparison):
        yield guard
    elif isinstance(guard, Not):
        yield from tests(guard.no)
    else:
        for part in guard.all if isinstance(guard, All) else guard.any:
            yield from tests(part)


def holds(guard: Guard | None, facts: Facts) -> bool:
    """Whether the guard holds; a comparison with an unknown fact is false, not an error."""
    match guard:
        case None:
            return True
        case Comparison():
            return _compare(guard, facts.get(guard.fact))
        case All():
            return all(holds(part, facts) for part in guard.all)
        case Either():
            return any(holds(part, facts) for part in guard.any)
        case Not():
            return not holds(guard.no, facts)
        case _ as never:
            assert_never(never)


def _compare(test: Comparison, known: Known) -> bool:
    if test.op == "filled":
        return known not in {None, "", ()}
    if test.op == "in":
        allowed = test.value if isinstance(test.value, tuple) else (test.value,)
        values = known if isinstance(known, tuple) else (known,)
        return any(value in allowed for value in values)
    if test.op in {"eq", "ne"}:
        return (known == test.value) == (test.op == "eq")
    return _ordered(test, known)


def _ordered(test: Comparison, known: Known) -> bool:
    value = test.value
    if isinstance(known, str) and isinstance(value, str):
        # ISO dates sort as text in the order of time.
        order = (known > value) - (known < value)
    elif isinstance(known, int | float) and isinstance(value, int | float):
        order = (known > value) - (known < value)
    else:
        return False
    return {"lt": order < 0, "le": order <= 0, "gt": order > 0, "ge": order >= 0}[test.op]


_SIGNS: dict[Dialect, dict[str, str]] = {
    "python": {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    "feel": {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    "js": {"eq": "===", "ne": "!==", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
}
_WORDS: dict[Dialect, tuple[str, str, str, str]] = {
    # and, or, true, false
    "python": (" and ", " or ", "True", "False"),
    "feel": (" and ", " or ", "true", "false"),
    "js": (" && ", " || ", "true", "false"),
}


def written(guard: Guard, dialect: Dialect) -> str:
    """Write the guard as an expression for SpiffWorkflow, Camunda or a browser."""
    both, either, _, _ = _WORDS[dialect]
    if isinstance(guard, Comparison):
        return _written_test(guard, dialect)
    if isinstance(guard, Not):
        inner = written(guard.no, dialect)
        return {"python": f"not ({inner})", "feel": f"not({inner})", "js": f"!({inner})"}[dialect]
    parts = guard.all if isinstance(guard, All) else guard.any
    glue = both if isinstance(guard, All) else either
    return glue.join(
        f"({written(part, dialect)})" if isinstance(part, All | Either) else written(part, dialect)
        for part in parts
    )


def _written_test(test: Comparison, dialect: Dialect) -> str:
    if test.op == "filled":
        nothing = "None" if dialect == "python" else "null"
        sign = _SIGNS[dialect]["ne"]
        return f"{test.fact} {sign} {nothing}"
    if test.op == "in":
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        listed = ", ".join(_literal(value, dialect) for value in values)
        if dialect == "js":
            return f"[{listed}].includes({test.fact})"
        return f"{test.fact} in {f'[{listed}]' if dialect == 'python' else f'({listed})'}"
    value = test.value[0] if isinstance(test.value, tuple) else test.value
    return f"{test.fact} {_SIGNS[dialect][test.op]} {_literal(value, dialect)}"


def _literal(value: Scalar, dialect: Dialect) -> str:
    _, _, true, false = _WORDS[dialect]
    if isinstance(value, bool):
        return true if value else false
    if isinstance(value, str):
        # The only place where a value is quoted: it may come from a model.
        inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{inner}"'
    return repr(value)
