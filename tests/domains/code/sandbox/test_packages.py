"""The packages that tests may import: fetched outside, unpacked, seen inside, with no network."""

from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest

from kuznia.domains.code.sandbox.packages.folder import CannotAdd, PackageFolder
from kuznia.domains.code.sandbox.probe import probe
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import File

CODE = File(path="fare.py", language="python", content="from tinydep import ZERO\nFREE = ZERO\n")
TESTS = File(
    path="test_fare.py",
    language="python",
    content="from fare import FREE\n\n\ndef test_free():\n    assert FREE == 0\n",
)


def a_wheel(folder: Path, needs: str = "") -> str:
    """A wheel of one module, whose setup would be seen if anything of it were run."""
    path = folder / "tinydep-1.2-py3-none-any.whl"
    about = f"Metadata-Version: 2.1\nName: tinydep\nVersion: 1.2\n{needs}"
    tag = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with ZipFile(path, "w") as wheel:
        wheel.writestr("tinydep.py", "ZERO = 0\n")
        wheel.writestr("tinydep-1.2.dist-info/METADATA", about)
        wheel.writestr("tinydep-1.2.dist-info/WHEEL", tag)
        wheel.writestr("tinydep-1.2.dist-info/RECORD", "")
    return str(path)


async def test_a_package_that_was_added_is_there_and_one_that_was_removed_is_not(sandbox, tmp_path):
    folder = PackageFolder(tmp_path / "packages")
    (wheel,) = folder.add([a_wheel(tmp_path)])
    with TemporaryDirectory(prefix="kuznia-sandbox-") as box:
        added = Sandbox(await probe(Path(box), folder.site))
        seen = await added.run("python", (CODE,), (TESTS,))
    lacking = await sandbox.run("python", (CODE,), (TESTS,))

    assert (wheel.root, wheel.title, len(wheel.sha256)) == ("tinydep", "tinydep 1.2", 64)
    assert folder.wheels() == [wheel]
    assert [case.outcome for case in seen.cases] == ["passed"], seen
    assert added.host.checks == sandbox.host.checks
    assert "No module named 'tinydep'" in lacking.cases[0].message
    assert folder.remove(["tinydep", "other"]) == ["other"]
    assert (folder.wheels(), list(folder.site.iterdir())) == ([], [])


@pytest.mark.parametrize("name", ["--index-url=http://x", "http://x/a.whl", "../a", "a b", ""])
def test_what_is_no_name_is_refused_before_pip_sees_it(tmp_path, name):
    with pytest.raises(CannotAdd, match="not the name of a package"):
        PackageFolder(tmp_path).add([name])


def test_a_wheel_that_was_changed_is_not_unpacked(tmp_path):
    folder = PackageFolder(tmp_path / "packages")
    folder.add([a_wheel(tmp_path)])
    (tmp_path / "packages/wheels/tinydep-1.2-py3-none-any.whl").write_bytes(b"else")

    with pytest.raises(CannotAdd, match="is not the file that was fetched"):
        folder.remove(["nothing"])
