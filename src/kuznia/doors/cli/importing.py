"""`kuznia catalogue import`: somebody's file of exercises, mapped and kept where a setting says."""

from pathlib import Path

from kuznia.domains.training.catalogue.foreign import MOST_BYTES, NotACatalogue, read, told
from kuznia.platform.errors import Invalid


def import_here(file: Path, to: Path | None) -> list[str]:
    """Import a file in place of the last one; what came of it, in lines."""
    if to is None:
        raise Invalid("Set TRAINING_CATALOGUE to the file the exercises shall be kept in.")
    try:
        with file.open("rb") as opened:
            imported = read(opened.read(MOST_BYTES + 1))
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None
    except NotACatalogue as wrong:
        raise Invalid(str(wrong)) from None
    try:
        # Whole or not at all: a server may be reading the old one.
        fresh = to.with_name(f"{to.name}.new")
        fresh.write_text(imported.kept.model_dump_json(indent=1), encoding="utf-8")
        fresh.replace(to)
    except OSError as error:
        raise Invalid(f"{to} cannot be written: {error.strerror}.") from None
    return [*told(imported), f"They are in {to}; restart the server to use them."]
