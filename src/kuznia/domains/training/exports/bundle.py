"""Many small files in one zip, the same bytes for the same files."""

import io
import zipfile
from collections.abc import Iterable

# The oldest date the format knows: a real one would make every export differ.
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def bundle(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of named files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
