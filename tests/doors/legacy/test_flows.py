"""What a front end of the service assistant sends and reads, by that assistant's own models."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel
from tests.callers.makers import bearer
from tests.doors.legacy.conftest import Open
from tests.servers.loop import Kuznia
from tests.servers.model import Act, ModelServer, hang
from tests.servers.model import status as refusal

from kuznia.domains.flows.schema import PAGE_KINDS
from kuznia.doors.legacy.flow_shapes import TYPES

IVAN = bearer("ivan")
ASKED = {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон", "model": "gpt-4o"}


class TheirField(BaseModel):
    name: str
    type: str
    label: str
    required: bool
    placeholder: str | None


class TheirStep(BaseModel):
    id: str
    type: str
    title: str
    message: str | None
    fields: list[TheirField] | None


class TheirFlow(BaseModel):
    id: str
    name: str
    description: str | None
    steps: list[TheirStep]
    metadata: dict[str, Any] | None


class TheirAnswer(BaseModel):
    flow: TheirFlow | None
    ui: str | None
    status: Literal["ready", "processing", "error"]
    prompt: str
    error: str | None


async def ask(old: Kuznia, **body: Any) -> TheirAnswer:
    answer = await old.client.post("/api/generate", json=body, headers=IVAN)
    assert answer.status_code == 200, answer.text
    return TheirAnswer.model_validate_json(answer.content, strict=True)


async def test_a_prompt_becomes_a_flow_and_its_page(old: Kuznia) -> None:
    answer = await ask(old, **ASKED)

    assert (answer.status, answer.prompt, answer.error) == ("ready", ASKED["prompt"], None)
    assert answer.flow is not None
    assert answer.flow.name == "Реєстрація користувача"
    assert answer.ui is not None
    assert answer.ui.startswith("<!doctype html>")


async def test_fields_have_the_types_of_inputs_and_their_labels(old: Kuznia) -> None:
    flow = (await ask(old, **ASKED)).flow

    assert flow is not None
    fields = {one.name: (one.type, one.label) for step in flow.steps for one in step.fields or ()}
    assert fields["email"] == ("email", "Електронна пошта")
    assert fields["phone"] == ("tel", "Телефон")
    assert fields["first_name"] == ("text", "Ім'я")


async def test_a_step_that_asks_is_a_form_and_the_last_confirms(old: Kuznia) -> None:
    flow = (await ask(old, **ASKED)).flow

    assert flow is not None
    assert [step.type for step in flow.steps] == ["form", "form"] + ["confirmation"] * 3
    assert all(bool(step.fields) == (step.type == "form") for step in flow.steps)


async def test_choices_bring_what_can_be_chosen(old: Kuznia) -> None:
    prompt = "Survey of a city: email, satisfaction (good, bad), comment"
    answer = await old.client.post("/api/generate", json={"prompt": prompt}, headers=IVAN)

    steps = answer.json()["flow"]["steps"]
    chosen = [one for step in steps for one in step["fields"] or () if one["type"] == "select"]
    assert chosen
    assert {"value", "label"} == chosen[0]["options"][0].keys()


async def test_the_whole_artefact_is_where_the_metadata_says(old: Kuznia) -> None:
    flow = (await ask(old, **ASKED)).flow

    assert flow is not None
    assert flow.metadata is not None
    artefact = await old.client.get(flow.metadata["artefact"], headers=IVAN)
    assert artefact.json()["data"]["parts"]["flow"]["id"] == flow.id


async def test_a_prompt_nobody_can_guess_is_an_error_told_with_200(old: Kuznia) -> None:
    answer = await ask(old, prompt="hello hello hello")

    assert (answer.status, answer.flow, answer.ui) == ("error", None, None)
    assert answer.error is not None
    assert "Which service is it" in answer.error


async def test_a_flow_that_passes_no_check_is_an_error_told_with_200(open_: Open) -> None:
    old = await open_(lambda _: "I cannot do that.", fallback_to_free=False)

    answer = await ask(old, **ASKED)

    assert (answer.status, answer.flow) == ("error", None)
    assert answer.error is not None
    assert answer.error.startswith("No draft passed its checks")


@pytest.mark.parametrize(("act", "status"), [(hang, 504), (refusal(401), 503)], ids=["504", "503"])
async def test_a_model_that_fails_keeps_its_old_status(
    open_: Open, modelserver: ModelServer, act: Act, status: int
) -> None:
    modelserver.will(act)
    server = {"openai_base_url": modelserver.url, "openai_model": "m"}
    old = await open_(**server, fallback_to_free=False, request_timeout=1)

    answer = await old.client.post("/api/generate", json=ASKED, headers=IVAN)

    assert answer.status_code == status, answer.text


async def test_in_a_batch_it_is_the_same_error(open_: Open) -> None:
    old = await open_(lambda _: "I cannot do that.", fallback_to_free=False)

    answer = await old.client.post("/api/generate/batch", json=[ASKED], headers=IVAN)

    result = TheirAnswer.model_validate(answer.json()["results"][0])
    assert (answer.json()["failed"], result.status, result.flow) == (1, "error", None)


@pytest.mark.parametrize("prompt", ["short", "x" * 2001, "", None, 7])
async def test_a_prompt_of_no_fit_length_is_refused(old: Kuznia, prompt: object) -> None:
    answer = await old.client.post("/api/generate", json={"prompt": prompt}, headers=IVAN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"]["fields"][0]["where"] == "prompt"


def test_every_step_a_person_sees_had_a_word() -> None:
    assert TYPES.keys() == PAGE_KINDS
