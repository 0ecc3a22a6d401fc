"""What the tests that are made from a request's examples call; it runs in the sandbox alone."""

import asyncio
import inspect
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from importlib import import_module
from math import isclose, isnan
from typing import Any, cast

import pytest

# What a property may take for one input: it is tried with many.
SECONDS = 0.3


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


def must_hold(
    kind: str, functions: list[Callable[..., Any]], inputs: list[tuple[Any, ...]]
) -> None:
    """Hold the results of a function to what the request says of all of them.

    What it raises or does not end on says nothing: the values are ours.
    """
    judged = 0
    for arguments in inputs:
        try:
            with _soon():
                result = _result(functions[0], *arguments)
                holds = _HOLDS[kind](functions, arguments, result)
        except BaseException:  # noqa: BLE001, S112 - the code may end the process, too
            continue
        if holds is False:
            shown = ", ".join(map(_short, arguments))
            raise AssertionError(f"({shown}) gives {_short(result)}, which is not {kind}")
        judged += holds is True
    if not judged:
        pytest.skip("It gave no result that could be judged.")


def _result(function: Callable[..., Any], *arguments: Any) -> Any:
    """What comes of copies: the code may change what it is given."""
    return _value(lambda: function(*deepcopy(arguments)))


@contextmanager
def _soon() -> Generator[None]:
    """End what takes longer than a moment."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_sorted(_: Any, __: Any, result: Any) -> bool | None:
    if not isinstance(result, list | tuple):
        return None
    items = [*_items(result)]
    return items == sorted(items) if len({*map(type, items)}) <= 1 else None


def _is_unique(_: Any, __: Any, result: Any) -> bool | None:
    if not isinstance(result, list | tuple):
        return None
    items = [*_items(result)]
    return all(item not in items[:place] for place, item in enumerate(items))


def _is_not_negative(_: Any, __: Any, result: Any) -> bool | None:
    return result >= 0 if isinstance(result, int | float) else None


def _is_as_long(_: Any, arguments: tuple[Any, ...], result: Any) -> bool | None:
    lengths = {len([*_items(value)]) for value in arguments if isinstance(value, Iterable)}
    return bool(len(result) == lengths.pop()) if len(lengths) == 1 else None


def _is_idempotent(
    functions: list[Callable[..., Any]], arguments: tuple[Any, ...], result: Any
) -> bool | None:
    if len(arguments) != 1 or type(result) is not type(arguments[0]):
        return None
    return bool(_result(functions[0], result) == result)


def _is_undone(
    functions: list[Callable[..., Any]], arguments: tuple[Any, ...], result: Any
) -> bool | None:
    try:
        return bool(_result(functions[1], result) == arguments[0])
    except TimeoutError:
        raise
    except BaseException:  # noqa: BLE001 - what the first gave, the second must take
        return False


_HOLDS: dict[str, Callable[[list[Callable[..., Any]], tuple[Any, ...], Any], bool | None]] = {
    "sorted": _is_sorted,
    "without duplicates": _is_unique,
    "never negative": _is_not_negative,
    "as long as the input": _is_as_long,
    "idempotent": _is_idempotent,
    "undone": _is_undone,
}


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
