"""A domain is one package: another distribution can bring it, and without it the rest stands."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.servers.process import process

FOREIGN = Path(__file__).parent / "foreign"
ROOT = Path(__file__).parents[2]
OURS = ("code", "flows", "training")
ORDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "code": ("code/skeletons", {"files": [{"path": "a.py", "content": "def f(): ...\n"}]}),
    "flows": ("flows", {"prompt": "Registration of volunteers: name, phone, district"}),
    "training": ("training/plans", {"prompt": "Get stronger", "profile": {"age": 34}}),
}


def run(*words: str | Path, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, **environ},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the foreign package is installed, as pip does it."""
    folder = tmp_path_factory.mktemp("installed")
    source = shutil.copytree(FOREIGN, tmp_path_factory.mktemp("foreign") / "source")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    run("-m", "pip", "install", *offline, "--target", folder, source)
    return folder


def test_a_foreign_domain_is_forty_lines() -> None:
    text = (FOREIGN / "kuznia_packing/__init__.py").read_text("utf-8")

    assert sum(bool(line.strip()) for line in text.splitlines()) <= 45


def test_the_page_shows_it_as_it_is() -> None:
    page = (ROOT / "docs/domains.md").read_text("utf-8")

    assert (FOREIGN / "kuznia_packing/__init__.py").read_text("utf-8").rstrip() in page
    assert '[project.entry-points."kuznia.domains"]\npacking = "kuznia_packing"\n' in page


async def test_a_foreign_domain_answers_over_http_in_batches_and_in_the_document(
    installed: Path, tmp_path: Path
) -> None:
    async with process(tmp_path, pythonpath=str(installed), home=str(tmp_path)) as kuznia:
        order = {"prompt": "tent lamp tent", "days": 2}
        one = (await kuznia.client.post("/api/v1/packing", json=order)).json()["data"]
        batch = (await kuznia.client.post("/api/v1/packing/batch", json={"orders": [order]})).json()
        wrong = await kuznia.client.post("/api/v1/packing", json={**order, "days": 0})
        document = (await kuznia.client.get("/api/openapi.json")).json()

    assert one["parts"]["list"]["items"] == [["socks", 2], ["shirt", 2], ["tent", 1], ["lamp", 1]]
    assert one["evidence"]["parts"][0]["checks"][0]["name"] == "nothing-twice"
    assert batch["data"]["succeeded"] == 1
    assert wrong.json()["error"]["details"]["fields"][0]["where"] == "days"
    assert "/api/v1/packing" in document["paths"]


def test_a_foreign_domain_answers_on_the_command_line(installed: Path, tmp_path: Path) -> None:
    environ = {"PYTHONPATH": str(installed), "HOME": str(tmp_path)}
    words = ("-m", "kuznia", "make", "packing", "tent", "--days", "1", "--json")

    artefact = json.loads(run(*words, **environ))

    assert artefact["parts"]["list"]["items"][-1] == ["tent", 1]


@pytest.mark.parametrize("gone", OURS)
async def test_a_domain_is_deleted_by_deleting_its_folder(gone: str, tmp_path: Path) -> None:
    left = [name for name in OURS if name != gone]
    # With what is compiled: three servers that compile all of Kuznia take longer than the rest.
    package = shutil.copytree(ROOT / "src/kuznia", tmp_path / "src/kuznia")
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    shutil.rmtree(package / "domains" / gone)
    path = f"{package.parent}{os.pathsep}{ROOT}"

    async with process(tmp_path, pythonpath=path, home=str(tmp_path)) as kuznia:
        answers = {
            name: (await kuznia.client.post(f"/api/v1/{where}", json=body)).status_code
            for name, (where, body) in ORDERS.items()
        }
        document = (await kuznia.client.get("/api/openapi.json")).json()

    assert answers == {**dict.fromkeys(left, 200), gone: 404}
    assert not [one for one in document["paths"] if one.startswith(f"/api/v1/{ORDERS[gone][0]}")]
    run("-m", "kuznia", "doctor", PYTHONPATH=path, HOME=str(tmp_path))
    tests = ("-m", "pytest", "-q", "-m", "smoke", "-p", "no:cacheprovider")
    run(*tests, ROOT / "tests/domains/test_domains.py", "--rootdir", ROOT, PYTHONPATH=path)
