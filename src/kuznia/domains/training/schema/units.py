"""Units: kilograms and centimetres inside, and units that were mixed up."""

from typing import Literal

KG_IN_LB = 0.45359237
CM_IN_INCH = 2.54
# Outside this a body mass index is more often a wrong unit than a body.
PLAUSIBLE = (14.0, 50.0)
# Inside this the other reading of the same number is the likely one.
LIKELY = (17.0, 40.0)


def kilograms(value: float, unit: Literal["kg", "lb"]) -> float:
    """The same mass in kilograms."""
    return value * KG_IN_LB if unit == "lb" else value


def centimetres(value: float, unit: Literal["cm", "in"]) -> float:
    """The same length in centimetres."""
    return value * CM_IN_INCH if unit == "in" else value


def body_mass_index(kg: float, cm: float) -> float:
    """Mass over height squared."""
    return kg / (cm / 100) ** 2


def mixed_up(
    weight: float,
    weight_unit: Literal["kg", "lb"],
    height: float,
    height_unit: Literal["cm", "in"],
) -> str | None:
    """Name the reading that was probably meant, when these numbers give no likely body."""
    index = body_mass_index(kilograms(weight, weight_unit), centimetres(height, height_unit))
    if PLAUSIBLE[0] <= index <= PLAUSIBLE[1]:
        return None
    other_weight: Literal["kg", "lb"] = "lb" if weight_unit == "kg" else "kg"
    other_height: Literal["cm", "in"] = "in" if height_unit == "cm" else "cm"
    others: tuple[tuple[Literal["kg", "lb"], Literal["cm", "in"]], ...] = (
        (other_weight, height_unit),
        (weight_unit, other_height),
        (other_weight, other_height),
    )
    for mass, length in others:
        other = body_mass_index(kilograms(weight, mass), centimetres(height, length))
        if LIKELY[0] <= other <= LIKELY[1]:
            return f"{weight:g} {mass}, {height:g} {length}"
    return f"{weight:g} {weight_unit}, {height:g} {height_unit}"


def to_plates(kg: float, unit: Literal["kg", "lb"], step_kg: float, step_lb: float) -> float:
    """The nearest loadable weight, in the person's own unit, never above the intended one."""
    step = step_lb if unit == "lb" else step_kg
    value = kg / KG_IN_LB if unit == "lb" else kg
    # A hair of tolerance, or 60 kg becomes 57.5 for a rounding error in the last bit.
    return round(int(value / step + 1e-9) * step, 2)
