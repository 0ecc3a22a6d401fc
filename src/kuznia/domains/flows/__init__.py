"""Service flows: from a sentence to a proven flow and its pages."""

from kuznia.domains.flows.account import account, wishes_of
from kuznia.domains.flows.exports.files import FILES
from kuznia.domains.flows.parts import FLOW, JUDGE, PROOF, UI, read
from kuznia.domains.flows.schema import FlowInput
from kuznia.domains.flows.terminal import render
from kuznia.forge.package import examples_of, version_of
from kuznia.forge.terms import Assistant, Domain, Presentation

DOMAIN = Domain(
    name="flows",
    package=__name__,
    path="flows",
    summary="A public service from a sentence: its steps proven, its pages ready to be used.",
    input=FlowInput,
    read=read,
    version=version_of(__name__),
    parts=lambda _: (FLOW, PROOF, JUDGE, UI),
    screen=lambda order: order.decline,
    wishes=wishes_of,
    account=account,
    assistants=(
        Assistant("flow", setting="codemie_flow_assistant"),
        # A page comes from the assistant that was made to write it, or from our own code.
        Assistant("ui", setting="codemie_ui_assistant", replaceable=False),
    ),
    shown=Presentation(
        exports=FILES,
        page="preview/",
        terminal=render,
        examples=examples_of(__name__),
    ),
)
