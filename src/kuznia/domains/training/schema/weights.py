"""The weights somebody owns, and the loads that can be put together from them."""

from dataclasses import dataclass
from typing import Literal, get_args

from kuznia.domains.training.schema.units import KG_IN_LB

WeightItem = Literal["kettlebell", "dumbbells", "barbell"]
WEIGHT_ITEMS: tuple[WeightItem, ...] = get_args(WeightItem)
WeightUnit = Literal["kg", "lb"]
# An empty bar, to which plates are added.
_BAR: dict[WeightUnit, float] = {"kg": 20.0, "lb": 45.0}
# Pounds that were read as kilograms come back within this of a whole or half pound.
_HALF = 2


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """The weights of one kind that are at hand, in the person's own unit."""

    item: WeightItem
    unit: WeightUnit
    # Each weight there is; where it is empty there are steps up to the heaviest.
    sizes: tuple[float, ...] = ()
    up_to: float | None = None
    step: float | None = None

    @property
    def single(self) -> float | None:
        """The only weight there is."""
        return self.sizes[0] if len(self.sizes) == 1 else None

    @property
    def heaviest(self) -> float | None:
        return max(self.sizes, default=self.up_to)

    def fitting(self, load: float, step: float) -> float:
        """The heaviest load up to this one that can be put together; 0 where there is none."""
        if self.sizes:
            return max((size for size in self.sizes if size <= load + 1e-6), default=0.0)
        base = _BAR[self.unit] if self.item == "barbell" and self.step else 0.0
        top = load if self.up_to is None else min(load, self.up_to)
        each = self.step or step
        return round(base + int((top - base) / each + 1e-9) * each, 2) if top >= base else 0.0


def in_unit(kg: float, unit: WeightUnit) -> float:
    """Kilograms in this unit, pounds to the half pound."""
    return kg if unit == "kg" else round(kg / KG_IN_LB * _HALF) / _HALF
