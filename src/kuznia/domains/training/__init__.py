"""Training plans: screened, planned, checked rule by rule, explained, and revised by feedback."""

from collections.abc import Mapping
from typing import Any

from kuznia.domains.training.exports.files import FILES
from kuznia.domains.training.parts import account_of, opened, parts, read_order, wishes_of
from kuznia.domains.training.playbook.recall import recall
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.domains.training.settings import TrainingSettings
from kuznia.forge.package import examples_of, version_of
from kuznia.forge.terms import Domain, Presentation


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
    wishes=wishes_of,
    account=account_of,
    recall=recall,
    settings=TrainingSettings,
    opened=lambda settings: opened(DOMAIN, settings),
    shown=Presentation(
        exports=FILES,
        terminal=_shown,
        examples=examples_of(__name__),
    ),
)
