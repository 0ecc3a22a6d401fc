"""Every domain has one layout, so that who knows one finds their way in all of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

DOMAINS = Path(__file__).parents[2] / "src/kuznia/domains"
# What stands at a domain's top, as a file or as a folder; docs/domains.md says what is in each.
FIXED = frozenset(
    {
        *("__init__", "schema", "prompt", "prompts", "reply", "checks", "mend", "parts", "edits"),
        *("exports", "terminal", "routes", "commands", "settings", "examples", "account"),
    }
)
NEEDED = frozenset({"__init__", "schema", "prompt", "prompts", "checks", "parts", "examples"})


def complaints(top: Iterable[Path]) -> Iterator[str]:
    """What is at the top of a domain and should not be, or is not there."""
    kept = [path for path in top if path.name != "__pycache__"]
    yield from (
        f"{path.name} at the top" for path in kept if path.suffix and path.stem not in FIXED
    )
    names = {path.stem for path in kept}
    yield from (f"no {name}" for name in sorted(NEEDED - names))
    files = {path.stem for path in kept if path.suffix}
    folders = {path.name for path in kept if not path.suffix}
    yield from (f"{name} is a file and a folder" for name in sorted(files & folders))


def test_every_domain_has_the_one_layout() -> None:
    folders = [path for path in DOMAINS.iterdir() if (path / "__init__.py").exists()]

    assert {path.name: list(complaints(path.iterdir())) for path in folders} == {
        path.name: [] for path in folders
    }


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ("__init__.py schema.py prompt.py prompts checks parts.py examples units.py", "units.py"),
        ("__init__.py schema.py prompt.py prompts checks examples", "no parts"),
        ("__init__.py schema.py schema prompt.py prompts checks parts.py examples", "schema is"),
    ],
)
def test_another_layout_is_named(names: str, complaint: str) -> None:
    assert any(complaint in one for one in complaints(map(Path, names.split())))


def test_docs_name_the_same_layout() -> None:
    page = (DOMAINS.parents[2] / "docs/domains.md").read_text("utf-8")

    assert [name for name in sorted(FIXED) if f"`{name}`" not in page.replace("/`", "`")] == []
