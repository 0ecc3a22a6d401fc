"""The road with nothing to check: doors, forge, layers and shelf round a reply taken as it comes.

Run by the race as the server named "road"; its settings come from the environment.
"""

from kuznia.app import Made
from kuznia.forge.terms import Bench, Domain, Draft, Input, Part, Prompt
from kuznia.launch import serve
from kuznia.platform.settings import load


class Said(Draft):
    text: str


def prompt(bench: Bench[Input]) -> Prompt:
    return Prompt(system="You write Python.", user=bench.reading.prompt)


def parse(text: str, _: Bench[Input]) -> Said:
    return Said(text=text)


TEXT: Part[Said, Input] = Part(name="text", prompt=prompt, parse=parse)


ROAD = Domain(
    name="road",
    path="road",
    summary="What a model says, unchecked.",
    input=Input,
    version="1",
    read=lambda order: order,
    parts=lambda _: (TEXT,),
)


if __name__ == "__main__":
    serve(Made(settings=load(env_file=None), domains={ROAD.name: ROAD}))
