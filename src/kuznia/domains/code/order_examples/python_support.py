"""What the tests that are made from a request's examples call; it runs in the sandbox alone."""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from math import isclose, isnan
from typing import Any, cast


def load(modules: tuple[str, ...], names: dict[str, Any]) -> None:
    """Add what the modules of the code define to the names of a test; the first one wins."""
    for module in reversed(modules):
        found = vars(import_module(module)).items()
        names.update({name: value for name, value in found if not name.startswith("__")})


def must_give(call: Callable[[], Any], expected: Any, *, exact: bool) -> None:
    """Compare what comes of a call with what the request says."""
    actual = _value(call)
    if not _same(actual, expected, exact):
        raise AssertionError(f"it gives {_short(actual)}, and the request says {_short(expected)}")


def must_raise(call: Callable[[], Any], name: str) -> None:
    """Hold a call to the error that the request names."""
    try:
        actual = _value(call)
        if isinstance(actual, Iterator):
            actual = [*_items(actual)]
    except BaseException as error:
        if name in (kind.__name__ for kind in type(error).__mro__):
            return
        raise
    raise AssertionError(f"it gives {_short(actual)}, and the request says that it raises {name}")


def _value(call: Callable[[], Any]) -> Any:
    value = call()
    return asyncio.run(_waited(value)) if inspect.isawaitable(value) else value


async def _waited(awaitable: Any) -> Any:
    return await awaitable


def _same(actual: Any, expected: Any, exact: bool) -> bool:
    if isinstance(expected, bool) or expected is None or isinstance(actual, bool):
        return bool(actual == expected)
    if isinstance(expected, float) or (isinstance(expected, int) and isinstance(actual, float)):
        return _near(actual, expected, exact)
    if isinstance(expected, list | tuple):
        if isinstance(actual, Iterator) and not exact:
            actual = [*_items(actual)]
        kind = list if isinstance(expected, list) else tuple
        return isinstance(actual, kind) and _all_same(_items(actual), _items(expected), exact)
    if isinstance(expected, dict):
        return isinstance(actual, Mapping) and _all_of_keys(
            cast("Mapping[Any, Any]", actual), cast("Mapping[Any, Any]", expected), exact
        )
    return bool(actual == expected)


def _items(values: Any) -> Iterable[Any]:
    return cast("Iterable[Any]", values)


def _all_of_keys(left: Mapping[Any, Any], right: Mapping[Any, Any], exact: bool) -> bool:
    return set(left) == set(right) and all(_same(left[key], right[key], exact) for key in right)


def _all_same(actual: Iterable[Any], expected: Iterable[Any], exact: bool) -> bool:
    left, right = [*actual], [*expected]
    pairs = zip(left, right, strict=False)
    return len(left) == len(right) and all(_same(a, b, exact) for a, b in pairs)


def _near(actual: Any, expected: float, exact: bool) -> bool:
    """Whether two numbers are the same but for rounding: in prose 10 / 3 is written as 3.33."""
    try:
        value = float(actual)
    except (TypeError, ValueError):
        return False
    if isnan(expected):
        return isnan(value)
    shown = repr(expected)
    places = 0 if "e" in shown else len(shown.partition(".")[2])
    rounding = 0.0 if exact or places < 2 else 0.5000001 * 10.0**-places
    return not isinstance(actual, str) and isclose(
        value, expected, rel_tol=1e-6, abs_tol=max(1e-9, rounding)
    )


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 120 else f"{shown[:119]}…"
