"""`/api/generate`, its batch, `/api/analyze` and `/api/languages`."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, ValidationError

from kuznia.domains.code.analysis import analysed
from kuznia.domains.code.languages.find import LANGUAGES, find
from kuznia.domains.code.schema import File
from kuznia.doors.context import doors
from kuznia.doors.http.turnstile import take_more
from kuznia.doors.legacy import code_shapes, flow_shapes
from kuznia.doors.orders import MAX_IN_BATCH, accepted, ended, in_turns
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import AnyDomain, Caller, Order
from kuznia.platform.errors import Fault, NotAccepted, Unavailable, invalid
from kuznia.web.answers import bare
from kuznia.web.body import ORDER, SMALL, JsonBody
from kuznia.web.client_left import unless_gone
from kuznia.web.shapes import kept_headers
from kuznia.web.state import caller_of

# However they are escaped they are within what a body may have: too much is told of the field.
MAX_CHARACTERS = 100_000

router = APIRouter(prefix="/api", tags=["old paths"], deprecated=True)


class _Old(BaseModel):
    """Unknown fields are ignored, as they always were at these addresses."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class GenerateIn(_Old):
    """A flow; or code, if a programming language is named."""

    prompt: str
    model: Annotated[
        str | None,
        Field(max_length=200, description="Has no effect: the operator chooses the models."),
    ] = None
    programming_language: str | None = None
    include_tests: bool = True
    include_docs: bool = True

    @property
    def domain(self) -> str:
        return "flows" if self.programming_language is None else "code"

    # Any: the domain's own input reads it at once.
    @property
    def fields(self) -> dict[str, Any]:
        if self.programming_language is None:
            return {"prompt": self.prompt}
        return {
            "prompt": self.prompt,
            "language": self.programming_language,
            "include_tests": self.include_tests,
            "include_docs": self.include_docs,
        }


Several = Annotated[tuple[GenerateIn, ...], Field(min_length=1, max_length=MAX_IN_BATCH)]


class RequestsIn(_Old):
    requests: Several


class BatchIn(RootModel[RequestsIn | Several]):
    """Many requests, named or as a bare list."""

    @property
    def requests(self) -> tuple[GenerateIn, ...]:
        return self.root.requests if isinstance(self.root, RequestsIn) else self.root


class BatchAnswer(BaseModel):
    """The outcomes, in the order of the requests."""

    results: list[code_shapes.CodeAnswer | flow_shapes.FlowAnswer]
    total: int
    successful: int
    failed: int


class AnalyzeIn(_Old):
    code: Annotated[str, StringConstraints(strip_whitespace=False, max_length=MAX_CHARACTERS)]
    programming_language: str


ONE, MANY, SOURCE = JsonBody(GenerateIn, SMALL), JsonBody(BatchIn, ORDER), JsonBody(AnalyzeIn)
EXAMPLES = (
    {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон"},
    {
        "prompt": "A function that checks an IBAN",
        "programming_language": "python",
        "include_tests": True,
        "include_docs": True,
    },
)
EXAMPLE_SOURCE = {"code": "def f(x):\n    return x + 1\n", "programming_language": "python"}


@router.post(
    "/generate",
    summary="A flow and its page; or code with tests, if a programming language is named",
    operation_id="old_generate",
    response_class=Response,
    responses={200: {"model": flow_shapes.FlowAnswer | code_shapes.CodeAnswer}},
    openapi_extra=ONE.described(EXAMPLES),
)
async def generate(request: Request) -> Response:
    """A flow that cannot be made is answered with 200 and `status` error, as before."""
    sent = await ONE.read(request)
    order = await _order(request, sent, caller_of(request))
    run = doors(request).runs.start(order, goes_on=False)
    await ended(request, run)
    try:
        kept = accepted(run, strict=doors(request).settings.wishes == "strict")
        return bare(_answer(sent, kept), headers=kept_headers(kept))
    except NotAccepted as fault:
        if sent.domain == "code":
            raise
        return bare(flow_shapes.failed(fault.message, sent.prompt))


@router.post(
    "/generate/batch",
    summary="Up to 20 such requests, three at a time, each with its own outcome",
    operation_id="old_generate_batch",
    response_class=Response,
    responses={200: {"model": BatchAnswer}},
    openapi_extra=MANY.described([{"requests": list(EXAMPLES)}]),
)
async def generate_many(request: Request) -> Response:
    """All requests are validated before the first is started."""
    requests, who = (await MANY.read(request)).requests, caller_of(request)
    await take_more(request, len(requests) - 1)
    orders = [await _order(request, one, who, place) for place, one in enumerate(requests)]
    outcomes = await in_turns(request, orders)
    results = [_answer(sent, one) for sent, one in zip(requests, outcomes, strict=True)]
    lost = sum(result.status in {"error", "failed"} for result in results)
    total = len(results)
    return bare(BatchAnswer(results=results, total=total, successful=total - lost, failed=lost))


@router.post(
    "/analyze",
    summary="Syntax errors, complexity, readability and estimated growth of the running time",
    operation_id="old_analyze",
    response_class=Response,
    responses={200: {"model": code_shapes.AnalysisAnswer}},
    openapi_extra=SOURCE.described([EXAMPLE_SOURCE]),
)
async def analyze(request: Request) -> Response:
    """Needs no model; nothing is stored."""
    sent = await SOURCE.read(request)
    row = find(sent.programming_language)
    if row is None:
        names = ", ".join(row.name for row in LANGUAGES)
        raise invalid(
            [
                {
                    "loc": ("programming_language",),
                    "msg": f"This language is not supported. Supported: {names}",
                    "type": "value_error",
                }
            ]
        )
    file = File(path=f"source{row.extensions[0]}", language=row.name, content=sent.code)
    analysis = await unless_gone(request.receive, analysed([file]))
    if analysis.status == "partial":
        # The old shape would say that it is valid.
        raise Unavailable(f"The code was {analysis.files[0].reason}.", retry_after=1)
    return bare(code_shapes.analysed(analysis))


@router.get(
    "/languages",
    summary="The programming languages, with test frameworks and documentation styles",
    operation_id="old_languages",
    response_class=Response,
    responses={200: {"model": code_shapes.OldLanguages}},
)
async def languages() -> Response:
    return bare(code_shapes.languages())


async def _order(
    request: Request, sent: GenerateIn, who: Caller, place: int | None = None
) -> Order:
    context = doors(request)
    domain: AnyDomain = context.forge.domains[sent.domain]
    try:
        input_ = domain.input.model_validate(sent.fields, strict=True)
    except ValidationError as error:
        raise invalid(
            [{**one, "loc": _named(one["loc"], place)} for one in error.errors(include_input=False)]
        ) from None
    return await context.order(domain.name, input_, who)


def _named(loc: tuple[int | str, ...], place: int | None) -> tuple[int | str, ...]:
    """The place of an error, under the name the field has in the old request."""
    renamed = tuple("programming_language" if one == "language" else one for one in loc)
    return renamed if place is None else ("requests", place, *renamed)


def _answer(
    sent: GenerateIn, outcome: Kept | Fault
) -> code_shapes.CodeAnswer | flow_shapes.FlowAnswer:
    if sent.programming_language is None:
        if isinstance(outcome, Fault):
            return flow_shapes.failed(outcome.message, sent.prompt)
        return flow_shapes.flow_answer(outcome, sent.prompt)
    if isinstance(outcome, Fault):
        return code_shapes.failed(outcome.message, sent.programming_language)
    return code_shapes.code_answer(outcome)
