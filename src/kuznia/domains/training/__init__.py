"""Training plans: screened, planned, checked rule by rule, explained, and learning."""

from collections.abc import Mapping
from typing import Any

from kuznia.domains.training.exports.files import FILES
from kuznia.domains.training.opening import opened
from kuznia.domains.training.parts import parts, read_order
from kuznia.domains.training.playbook.recall import recall
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.forge.terms import Domain, Presentation, version_of


def _shown(parts: Mapping[str, Any]) -> object:
    # Only a terminal needs what draws on one.
    from kuznia.domains.training.terminal import shown

    return shown(parts)


DOMAIN = Domain(
    name="training",
    package=__name__,
    path="training/plans",
    summary="Training plans for strength and endurance, checked rule by rule, with reasons.",
    input=PlanInput,
    read=read_order,
    version=version_of(__name__),
    parts=parts,
    screen=lambda order: order.decline,
    recall=recall,
    opened=lambda settings: opened(DOMAIN, settings),
    shown=Presentation(
        exports=FILES,
        terminal=_shown,
        examples=(
            {
                "prompt": "Get stronger at home with dumbbells",
                "profile": {"age": 34, "days": 3, "minutes": 45, "equipment": ["dumbbells"]},
            },
            {
                "prompt": "Хочу пробігти десять кілометрів і не втратити силу",
                "profile": {
                    "age": 41,
                    "sex": "female",
                    "weight": 64,
                    "height": 168,
                    "kind": "both",
                    "level": "intermediate",
                    "days": 4,
                    "weeks": 8,
                    "equipment": ["home-rack"],
                    "endurance": {"event": "10k", "weekly_km": 18, "longest_km": 8},
                    "language": "uk",
                },
            },
        ),
    ),
)
