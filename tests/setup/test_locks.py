"""The locks name everything that is installed: pip adds nothing to them and resolves nothing.

pip reads them with --no-deps, so a package that another needs and no lock names would be missed
only when it is imported. What each package needs is read from what is installed here.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from inspect import isfunction
from pathlib import Path
from pkgutil import walk_packages

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import kuznia

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("run", "dev")
# The oldest of each Python that the classifiers name, on Linux.
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
Lock = tuple[Requirement, ...]


@cache
def read(lock: str) -> Lock:
    text = (ROOT / f"requirements/{lock}.txt").read_text("utf-8")
    return tuple(map(Requirement, re.findall(r"^([^\s#].*?) *\\$", text, re.MULTILINE)))


def own(lock: str) -> list[Requirement]:
    """What Kuznia itself asks of a lock: to be built, and to be served or worked on."""
    groups, extras = PROJECT["dependency-groups"], PROJECT["project"]["optional-dependencies"]
    texts = [*PROJECT["project"]["dependencies"], *groups["build"]]
    for name, extra in extras.items():
        texts += extra if lock == "dev" or name in ("postgres", "redis") else []
    texts += [text for text in groups["dev"] if lock == "dev" and isinstance(text, str)]
    return list(map(Requirement, texts))


@cache
def needs(name: str) -> tuple[Requirement, ...]:
    try:
        return tuple(map(Requirement, requires(name) or ()))
    except PackageNotFoundError:
        # It is locked for another Python: its turn comes where that runs the tests.
        return ()


def applies(requirement: Requirement, python: str, extras: Iterable[str] = ()) -> bool:
    system = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    marker = requirement.marker
    return not marker or any(marker.evaluate({**system, "extra": e}) for e in ("", *extras))


def unmet(lock: Lock, first: Iterable[Requirement], python: str) -> Iterator[str]:
    """What is needed by anything that is needed, and is not locked in a version that will do."""
    locked = {pin.name: pin for pin in lock if applies(pin, python)}
    todo = [("kuznia", requirement) for requirement in first]
    seen: set[tuple[str, str]] = set()
    while todo:
        whose, requirement = todo.pop()
        # The same package with other extras needs other things.
        if (whose, str(requirement)) in seen:
            continue
        seen.add((whose, str(requirement)))
        name = canonicalize_name(requirement.name)
        pin = locked.get(name)
        if pin is None:
            yield f"{name} is not locked: {whose} needs {requirement}"
        elif not requirement.specifier.contains(str(pin.specifier).removeprefix("==")):
            yield f"{name} is locked as {pin.specifier}: {whose} needs {requirement}"
        else:
            extras = requirement.extras
            todo += [(name, each) for each in needs(name) if applies(each, python, extras)]


@pytest.mark.smoke
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_whatever_is_needed_is_locked(lock: str, python: str) -> None:
    assert list(unmet(read(lock), own(lock), python)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_package_taken_out_of_a_lock_is_missed(lock: str) -> None:
    """Whichever it is: so the test above looks at every package, and none is locked in vain."""
    for pin in read(lock):
        python = next((python for python in PYTHONS if applies(pin, python)), None)
        rest = tuple(other for other in read(lock) if other is not pin)
        complaints = unmet(rest, own(lock), python) if python else [f"{pin.name} is for no Linux"]

        assert any(line.startswith(f"{pin.name} is") for line in complaints), pin


def test_a_wrong_version_in_a_lock_is_noticed() -> None:
    old = tuple(Requirement("h11==0.7") if pin.name == "h11" else pin for pin in read("run"))

    complaints = list(unmet(old, own("run"), PYTHONS[0]))

    assert "h11 is locked as ==0.7: uvicorn needs h11>=0.8" in complaints


def test_what_is_served_is_what_is_worked_on() -> None:
    assert set(read("run")) <= set(read("dev"))


def overridden() -> Iterator[tuple[str, str]]:
    """Each library a class of ours is built on, where it replaces a private method of it."""
    libraries = packages_distributions()
    for module in walk_packages(kuznia.__path__, "kuznia."):
        if module.name == "kuznia.__main__":
            continue
        for ours in vars(import_module(module.name)).values():
            if not isinstance(ours, type) or ours.__module__ != module.name:
                continue
            for base in ours.__mro__[1:]:
                private = {name for name in vars(base) if re.match(r"_[a-z]", name)}
                replaced = {name for name in private if isfunction(vars(ours).get(name))}
                for library in libraries.get(base.__module__.partition(".")[0], []):
                    yield from ((library, f"{ours.__name__}.{name}") for name in replaced)


def test_a_library_whose_private_methods_we_replace_has_an_upper_bound() -> None:
    replaced = {whose for whose, _ in overridden() if whose != "kuznia"}
    bounded = {each.name for each in own("run") if "<" in str(each.specifier)}

    assert "uvicorn" in replaced
    assert replaced <= bounded
