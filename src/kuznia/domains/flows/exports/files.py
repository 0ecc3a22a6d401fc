"""An artefact's flow as a file of an export format."""

from functools import partial
from typing import cast

from pydantic import ValidationError

from kuznia.domains.flows.exports import EXPORTS
from kuznia.domains.flows.schema import Flow, Language
from kuznia.forge.terms import CannotExport, Copy, Export


def _write(name: str, copy: Copy) -> bytes:
    """Write a format in the language that the option `language` names."""
    try:
        flow = Flow.model_validate(copy.parts.get("flow"))
    except ValidationError:
        raise CannotExport("This artefact holds no flow, so it has no exports.") from None
    language = copy.options.get("language", flow.language)
    if language not in {"uk", "en"}:
        raise CannotExport("The option `language` must be uk or en.")
    return EXPORTS[name].write(flow.having(language=cast("Language", language)))


FILES = {
    name: Export(form.media_type, form.ending, partial(_write, name), frozenset({"language"}))
    for name, form in EXPORTS.items()
}
