"""What generated forms and machines are made from: schemas, form-js, XState, OpenAPI, and files."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator
from tests.domains.flows.answers import submissions
from tests.domains.flows.makers import a_flow, ask, changed, on, options, to
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows.exports import EXPORTS, formjs, schemas
from kuznia.domains.flows.exports.uischema import jsonforms as written_layout
from kuznia.domains.flows.exports.uischema import rjsf as written_widgets
from kuznia.domains.flows.exports.xstate import xstate as written_machine
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import All, Either, Flow, Not, Op

# Any: what is written is read as JSON is, without types.
Written = Callable[[Flow], Any]
submission: Written = schemas.submission
pages: Written = schemas.pages
forms: Written = formjs.forms
jsonforms: Written = written_layout
rjsf: Written = written_widgets
xstate: Written = written_machine
FLOWS = [
    pytest.param(build(read(row["p"])), id=f"{number}-{row['is']}")
    for number, row in enumerate(ASKED)
]


def planned(prompt: str) -> Flow:
    return build(read(prompt))


@pytest.mark.parametrize("flow", FLOWS)
def test_what_each_way_hands_in_is_valid_and_less_is_not(flow) -> None:
    schema = submission(flow)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    # What stands with a branch is due only if that branch is taken.
    always = set(schema.get("required", []))

    for given in submissions(flow):
        assert list(validator.iter_errors(given)) == []
        for name in always:
            assert not validator.is_valid({k: v for k, v in given.items() if k != name})
        assert not validator.is_valid({**given, "unheard_of": 1})


@pytest.mark.parametrize("flow", FLOWS)
def test_every_page_has_a_schema_a_form_and_a_place_in_the_layout(flow) -> None:
    asking = {step.id for step in flow.steps if step.fields or step.kind == "consent"}
    groups = [one["label"] for one in jsonforms(flow)["elements"]]

    assert set(pages(flow)) == asking
    assert asking <= set(forms(flow))
    assert len(groups) == len(asking)
    assert set(rjsf(flow)["ui:order"]) - {"*"} == set(submission(flow)["properties"])
    for schema in pages(flow).values():
        Draft202012Validator.check_schema(schema)


def test_an_answer_of_a_branch_is_due_only_on_it() -> None:
    flow = planned("Реєстрація: email; якщо юридична особа — ЄДРПОУ, інакше РНОКПП")
    valid = Draft202012Validator(submission(flow)).is_valid
    given = {"email": "a@b.ua", "consent": True}

    assert valid({**given, "applicant_kind": "organisation", "edrpou": "14360570"})
    assert not valid({**given, "applicant_kind": "organisation", "rnokpp": "3184710691"})
    assert valid({**given, "applicant_kind": "person", "rnokpp": "3184710691"})
    assert not valid({**given, "applicant_kind": "person"})


def test_a_page_of_a_branch_is_shown_only_on_it() -> None:
    flow = planned("Реєстрація: email; якщо юридична особа — ЄДРПОУ")
    rules = {one["label"]: one.get("rule") for one in jsonforms(flow)["elements"]}

    assert rules["Контактні дані"] is None
    assert rules["Організація"]["condition"]["schema"]["properties"] == {
        "applicant_kind": {"const": "organisation"}
    }


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("email", "no"), ("phone", "050"), ("consent", False), ("rating", 9), ("rating", "many")],
)
def test_a_wrong_answer_is_not_valid(wrong, value) -> None:
    flow = planned("Опитування: email, телефон, оцінка від 1 до 5")
    given = submissions(flow)[0]
    valid = Draft202012Validator(submission(flow)).is_valid

    assert valid(given)
    assert not valid({**given, wrong: value})


def test_records_are_handed_in_as_a_list_of_so_many_at_most() -> None:
    schema = submission(planned("Реєстрація ФОП: до 5 КВЕДів"))["properties"]["each_business"]

    assert (schema["minItems"], schema["maxItems"]) == (1, 5)
    assert set(schema["items"]["properties"]) == {"kved"}


@pytest.mark.parametrize("flow", FLOWS)
def test_a_form_names_no_key_twice_and_asks_what_its_page_asks(flow) -> None:
    for name, form in forms(flow).items():
        keys = [one["key"] for one in form["components"] if "key" in one]
        ids = [one["id"] for one in form["components"]]
        asked = [field.id for field in flow.by_id[name].fields]

        assert keys == asked + [name] * (flow.by_id[name].kind == "consent")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("flow", FLOWS)
def test_a_machine_has_a_state_for_every_step_and_a_meaning_for_every_guard(flow) -> None:
    written = xstate(flow)
    states, guards = _states(written["machine"]["states"])

    assert {step.id for step in flow.steps} <= states
    assert guards <= set(written["guards"])
    assert set(written["actions"].values()) == set(written["machine"]["context"])


def _states(states: Any) -> tuple[set[str], set[str]]:
    names, guards = set(), set()
    for name, state in states.items():
        names.add(name)
        moves = [*state.get("always", []), *(m for ms in state.get("on", {}).values() for m in ms)]
        guards |= {move["guard"] for move in moves if "guard" in move}
        for region in state.get("states", {}).values():
            inner = _states(region["states"])
            names, guards = names | inner[0], guards | inner[1]
    return names, guards


def test_side_by_side_pages_are_regions_that_end_by_themselves() -> None:
    flow = planned("Паралельно перевірити дані в ЄДР і ДПС, потім видати довідку про борги, email")
    state = xstate(flow)["machine"]["states"]["all_at_once"]

    assert state["type"] == "parallel"
    assert state["onDone"] == {"target": "all_replied"}
    region = state["states"]["all_at_once_1"]
    assert region["states"]["all_at_once_1_done"] == {"type": "final"}


def test_the_door_of_a_service_takes_its_submission() -> None:
    written = json.loads(EXPORTS["openapi"].write(a_flow()))
    operation = written["paths"]["/services/registration/submissions"]["post"]

    assert written["openapi"] == "3.1.0"
    assert operation["requestBody"]["required"]
    assert set(written["components"]["schemas"]["Submission"]["properties"]) == {
        "kind",
        "surname",
        "code",
        "email",
        "agree",
    }


def test_the_pages_are_packed_the_same_each_time_in_both_languages() -> None:
    packed = EXPORTS["html"].write(a_flow())

    names = ZipFile(BytesIO(packed)).namelist()
    assert {"uk/index.html", "en/index.html", "en/contact.html"} <= set(names)
    assert packed == EXPORTS["html"].write(a_flow())


def test_a_flow_comes_back_from_its_own_json() -> None:
    assert Flow.model_validate_json(EXPORTS["json"].write(a_flow())) == a_flow()


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_is_written_and_says_what_it_is(name) -> None:
    export = EXPORTS[name]

    assert export.write(a_flow())
    assert "/" in export.media_type
    assert export.ending
    if export.media_type.endswith("json"):
        json.loads(export.write(a_flow()))


def test_each_comparison_has_its_schema() -> None:
    given = {"n": 5, "k": "a"}

    def holds(guard: Any) -> bool:
        return Draft202012Validator(schemas.condition(guard)).is_valid(given)

    true: tuple[tuple[Op, int], ...] = (
        ("lt", 6),
        ("le", 5),
        ("gt", 4),
        ("ge", 5),
        ("eq", 5),
        ("ne", 6),
    )
    for op, value in true:
        assert holds(on("n", value, op))
        assert not holds(Not(no=on("n", value, op)))
    assert holds(on("k", ("a", "c"), "in"))
    assert holds(on("k", op="filled"))
    assert not holds(on("missing", op="filled"))
    assert holds(All(all=(on("k", "a"), on("n", 5))))
    assert holds(Either(any=(on("k", "b"), on("n", 5))))


def test_of_a_flow_that_is_no_blocks_nothing_is_due() -> None:
    flow = changed(a_flow(), "person", next=(to("nowhere"),))

    assert "required" not in submission(flow)
    assert schemas.shown_when(flow) == {}


def test_a_choice_of_several_is_a_list_without_repetition() -> None:
    field = ask("x", type="many", options=options("a", "b"))
    valid = Draft202012Validator(schemas.of_field(field, "en")).is_valid

    assert valid(["a", "b"])
    assert not valid(["a", "a"])
    assert not valid(["z"])
