"""The road with nothing to check: doors, forge, layers and shelf round a reply taken as it comes.

Run by the race as the server named "road"; its settings come from the environment.
"""

import sys

from kuznia.app import Made, create_app
from kuznia.doors.server import listen, server
from kuznia.forge.terms import Bench, Domain, Draft, Input, Order, Part, Prompt
from kuznia.platform.log import configure
from kuznia.platform.settings import load


class Said(Draft):
    text: str


def prompt(bench: Bench) -> Prompt:
    return Prompt(system="You write Python.", user=bench.order.input.prompt)


def parse(text: str, _: Bench) -> Said:
    return Said(text=text)


def parts(_: Order) -> tuple[Part[Said], ...]:
    return (Part(name="text", prompt=prompt, parse=parse),)


ROAD = Domain(
    name="road",
    path="road",
    summary="What a model says, unchecked.",
    input=Input,
    version="1",
    parts=parts,
)


def main() -> None:
    """As `kuznia serve` does it, with this domain alone."""
    settings = load(env_file=None)
    lines = configure(settings, sys.stderr)
    app = create_app(Made(settings=settings, domains={ROAD.name: ROAD}))
    with listen(settings) as door:
        server(app, settings).run([door])
    lines.stop()


if __name__ == "__main__":
    main()
