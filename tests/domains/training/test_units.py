"""Units: one inside, any outside, and mix-ups caught."""

import pytest

from kuznia.domains.training.athlete.athlete import estimated_max
from kuznia.domains.training.schema.units import (
    body_mass_index,
    centimetres,
    kilograms,
    mixed_up,
    to_plates,
)


def test_pounds_and_inches_become_kilograms_and_centimetres() -> None:
    assert kilograms(220.462, "lb") == pytest.approx(100, abs=0.001)
    assert centimetres(70, "in") == pytest.approx(177.8)
    assert kilograms(80, "kg") == 80
    assert body_mass_index(80, 200) == pytest.approx(20)


@pytest.mark.parametrize(
    ("weight", "unit", "height", "length", "meant"),
    [
        (180, "kg", 170, "cm", "180 lb, 170 cm"),
        (60, "kg", 66, "cm", "60 kg, 66 in"),
        (75, "lb", 180, "cm", "75 kg, 180 cm"),
        (80, "kg", 180, "cm", None),
        (176, "lb", 71, "in", None),
        (180, "kg", 70, "cm", "180 lb, 70 in"),
    ],
)
def test_a_mix_up_is_named(weight, unit, height, length, meant) -> None:
    assert mixed_up(weight, unit, height, length) == meant


def test_loads_are_rounded_down_to_what_can_be_put_on() -> None:
    assert to_plates(61.2, "kg", 2.5, 5.0) == 60.0
    assert to_plates(60.0, "kg", 2.5, 5.0) == 60.0
    assert to_plates(60.0, "lb", 2.5, 5.0) == 130.0


def test_a_best_is_estimated_from_several_repetitions() -> None:
    assert estimated_max(100, 1) == 100
    assert estimated_max(100, 5) == pytest.approx((116.67 + 112.5) / 2, abs=0.01)
