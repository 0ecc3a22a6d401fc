"""Service flows: from a sentence to a proven flow and its pages."""

from kuznia.domains.flows.exports.files import FILES
from kuznia.domains.flows.parts import FLOW, JUDGE, PROOF, UI, read
from kuznia.domains.flows.schema import FlowInput
from kuznia.domains.flows.terminal import told
from kuznia.forge.terms import Domain, Presentation, version_of

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
    shown=Presentation(
        exports=FILES,
        page="preview/",
        terminal=told,
        examples=(
            {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон"},
            {"prompt": "Довідка про несудимість: мета отримання, email, за бажанням телефон"},
            {"prompt": "Building permit: cadastral number, drawings; decision within 30 days"},
        ),
    ),
)
