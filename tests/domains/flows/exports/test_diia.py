"""Screens in the Diia component format hold what the design system's own table wants."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.domains.flows.makers import a_flow, ask, changed, options
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows.exports.diia import diia as written
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.components import CODES

# Any: what is written is read as JSON is, without types.
diia: Callable[[Flow], Any] = written
TABLE = json.loads((Path(__file__).parent / "diia_components.json").read_text("utf-8"))
PLAIN = {"str": str, "bool": bool, "int": int, "dbl": (int, float)}
FLOWS = [
    pytest.param(build(read(row["p"])), id=f"{number}-{row['is']}")
    for number, row in enumerate(ASKED)
]


def wrong(message: str, value: Any, where: str = "") -> list[str]:
    """What in a screen is not as the table has it."""
    known = TABLE["messages"].get(message)
    if known is None:
        return [f"{where}: {message} is not in the table"]
    kinds = {
        name.removesuffix("[]"): (kind, type_)
        for kind in ("required", "optional", "repeated")
        for name, type_ in (one.split(":") for one in known[kind])
    }
    found = [
        f"{where}.{one.split(':')[0]} is missing"
        for one in known["required"]
        if one.split(":")[0] not in value
    ]
    for name, inside in value.items():
        if name not in kinds:
            found.append(f"{where}.{name} is unknown")
            continue
        kind, type_ = kinds[name]
        many = inside if kind == "repeated" else [inside]
        found += [bad for one in many for bad in _of_type(type_, one, f"{where}.{name}")]
    return found


def _of_type(type_: str, value: Any, where: str) -> list[str]:
    if type_ in PLAIN:
        return [] if isinstance(value, PLAIN[type_]) else [f"{where} is not {type_}"]
    if type_ in TABLE["enums"]:
        return [] if value in TABLE["enums"][type_] else [f"{where} is no {type_}"]
    return wrong(type_, value, where)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_screen_holds_every_required_property_and_none_unknown(flow) -> None:
    for screen in diia(flow)["screens"]:
        assert wrong("DesignSystemResponse", screen["screen"]) == []


@pytest.mark.parametrize("flow", FLOWS)
def test_every_input_carries_the_code_of_its_field(flow) -> None:
    codes = json.dumps(diia(flow), ensure_ascii=False)

    for name in flow.asks:
        assert f'"componentId": "{name}"' in codes


def test_a_field_of_each_type_is_shown() -> None:
    fields = (
        ask("a", type="choice", options=options(*"abcdefgh")),
        ask("b", type="many", options=options(*"abc")),
        ask("c", type="file", max_length=3),
        ask("d", type="time"),
        ask("e", type="number"),
        ask("f", type="long"),
        ask("g", type="date"),
        ask("h", type="yesno"),
    )
    flow = changed(a_flow(), "contact", fields=fields)
    screen = next(one for one in diia(flow)["screens"] if one["step"] == "contact")["screen"]
    codes = [next(iter(one)) for one in screen["body"]]

    assert wrong("DesignSystemResponse", screen) == []
    assert codes == [
        "questionFormsOrg",
        "checkboxGroupOrg",
        "attachmentsOrg",
        "questionFormsOrg",
        "radioBtnGroupOrg",
    ]
    assert set(codes) <= CODES


def test_a_validation_has_all_three_of_its_parts() -> None:
    for step in diia(build(read("Реєстрація: email, телефон, ім'я, сума")))["screens"]:
        for block in step["screen"]["body"]:
            for item in block.get("questionFormsOrg", {}).get("items", []):
                for rule in item["inputTextMlc"]["validation"]:
                    assert set(rule) == {"regexp", "flags", "errorMessage"}


def test_consent_is_a_box_with_the_button_that_waits_for_it() -> None:
    screen = next(one for one in diia(a_flow())["screens"] if one["step"] == "agree")["screen"]
    bottom = screen["bottomGroup"][0]["bottomGroupOrg"]

    assert bottom["checkboxBtnOrg"]["btnPrimaryDefaultAtm"]["state"] == "disabled"
