"""The road with nothing to check: doors, forge, layers and shelf round a reply taken as it comes.

Run by the race as the server named "road"; its settings come from the environment.
"""

from kuznia.app import Made, serve
from kuznia.forge.terms import Bench, Domain, Draft, Input, Order, Part, Prompt
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


if __name__ == "__main__":
    serve(Made(settings=load(env_file=None), domains={ROAD.name: ROAD}))
