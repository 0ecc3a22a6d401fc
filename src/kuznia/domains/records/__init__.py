"""Records: an object that is valid by the caller's own schema, or a refusal that says why not."""

from kuznia.domains.records.parts import RECORD, read
from kuznia.domains.records.schema import RecordInput
from kuznia.domains.records.terminal import render
from kuznia.forge.package import examples_of, version_of
from kuznia.forge.terms import Domain, Presentation

DOMAIN = Domain(
    name="records",
    package=__name__,
    path="records",
    summary="A record that is valid by your own JSON Schema, taken from a text.",
    input=RecordInput,
    read=read,
    version=version_of(__name__),
    parts=lambda _: (RECORD,),
    without_model="A record is read from a text by a model.",
    shown=Presentation(terminal=render, examples=examples_of(__name__)),
)
