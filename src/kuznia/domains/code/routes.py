"""The routes of this domain: its languages, analysis and skeletons."""

import asyncio
from functools import partial
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.datastructures import UploadFile

from kuznia.domains.code.analysis import Analysis, Profile, analysed, left_out
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.analysis.uploads import NotSource, source
from kuznia.domains.code.languages.find import LANGUAGES, find, find_by_path
from kuznia.domains.code.languages.paths import safe_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.domains.code.parsing.reference import find_reference
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import File
from kuznia.domains.code.skeletons import (
    ProseLanguage,
    Skeletons,
    Sketch,
    can_be_sketched,
    put_together,
    sketch,
)
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Invalid, TimedOut, TooLarge, invalid
from kuznia.platform.process.workers import POOL, Stopped
from kuznia.web.answers import answered
from kuznia.web.body import JsonBody, media_type, multipart
from kuznia.web.route import ExactRoute
from kuznia.web.state import forge_of

router = APIRouter(prefix="/api/v1/code", tags=["code"], route_class=ExactRoute)

MAX_FILES = 50
MAX_CHARACTERS = 1_000_000
# Limits of skeletons: larger files are generated, and no person fills in so much text.
MAX_SKETCHES, MAX_SKETCHED = 20, 65_536


class SourceIn(BaseModel):
    """One file to be analysed; its language is taken from its path unless it is named."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    content: Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]
    language: str | None = Field(default=None, max_length=40)


class AnalyseIn(BaseModel):
    """One file or many; they are compared with each other to find duplicated blocks."""

    model_config = ConfigDict(extra="forbid")

    files: list[SourceIn] = Field(min_length=1, max_length=MAX_FILES)
    profile: Profile = "default"


class SketchIn(BaseModel):
    """One file whose public names are to be documented and tested."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    content: Annotated[str, StringConstraints(max_length=MAX_SKETCHED)]
    language: str | None = Field(default=None, max_length=40)


class SkeletonsIn(BaseModel):
    """Files to write skeletons for; tests are written for Python only."""

    model_config = ConfigDict(extra="forbid")

    files: list[SketchIn] = Field(min_length=1, max_length=MAX_SKETCHES)
    include_tests: bool = True
    include_docs: bool = True
    prose_language: ProseLanguage = Field(
        default="en", description="The language of the page and the comments."
    )


ANALYSE, SKELETONS = JsonBody(AnalyseIn), JsonBody(SkeletonsIn)
EXAMPLE = {
    "path": "fare.py",
    "content": "def fare(age: int) -> int:\n    return 0 if age < 6 else 2\n",
}
UPLOAD = {
    "type": "object",
    "required": ["files"],
    "additionalProperties": False,
    "properties": {
        "files": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_FILES,
            "items": {"type": "string", "format": "binary"},
        },
        "profile": {"type": "string", "enum": list(get_args(Profile)), "default": "default"},
    },
}


class LanguageOut(BaseModel):
    """One language, and what this server can do with it."""

    name: str
    title: str
    aliases: list[str]
    extensions: list[str]
    tests: str | None = Field(description="The framework tests are asked in.")
    docs: str | None
    formatter: str
    proof: list[Literal["reference", "tree_sitter"]] = Field(description="The strongest first.")
    reference: str | None = Field(description="The parser that knows better than the grammar.")
    false_alarms: float | None = Field(description="Per cent of right files, where measured.")
    missed: float | None = Field(description="Per cent of wrong files, where measured.")
    doubt: str | None = Field(description="Why a grammar error may be none.")
    metrics: bool
    runs_tests: bool


class Languages(BaseModel):
    languages: list[LanguageOut]


@router.get(
    "/languages",
    summary="The languages, and what can be proven and measured in each here and now",
    operation_id="code_languages",
    response_class=Response,
    responses={200: {"model": Envelope[Languages]}},
)
async def languages(request: Request) -> Response:
    life = forge_of(request).domains["code"].life
    sandbox = life if isinstance(life, Sandbox) else None
    rows = [
        LanguageOut(
            name=row.name,
            title=row.title,
            aliases=list(row.aliases),
            extensions=list(row.extensions),
            tests=row.tests,
            docs=row.docs,
            formatter=row.formatter,
            proof=["reference", "tree_sitter"] if find_reference(row) else ["tree_sitter"],
            reference=(find_reference(row) or (None,))[0],
            false_alarms=row.measured[0] if row.measured else None,
            missed=row.measured[1] if row.measured else None,
            doubt=row.doubt,
            metrics=row.name in TABLES,
            runs_tests=sandbox is not None and sandbox.can_run(row.name),
        )
        for row in LANGUAGES
    ]
    return answered(Languages(languages=rows))


@router.post(
    "/analyze",
    summary="How good some code is: errors, complexity, readability, a hint at its speed",
    operation_id="analyse_code",
    response_class=Response,
    responses={200: {"model": Envelope[Analysis]}},
    openapi_extra=ANALYSE.described([{"files": [EXAMPLE]}], form=UPLOAD),
)
async def analyse_code(request: Request) -> Response:
    """Files as JSON, or uploaded as `multipart/form-data`. Needs no model; nothing is kept."""
    uploaded = media_type(request) == "multipart/form-data"
    body = await _uploaded(request) if uploaded else await ANALYSE.read(request)
    files = [
        File(
            path=file.path,
            language=file.language or _language(file.path),
            content=file.content,
        )
        for file in body.files
    ]
    analysis = await analysed(files, profile=body.profile)
    return answered(analysis, message=left_out(analysis))


def _language(path: str) -> str:
    row = find_by_path(path)
    return row.name if row else "text"


async def _uploaded(request: Request) -> AnalyseIn:
    async with multipart(request, max_files=MAX_FILES, max_fields=1) as form:
        uploads = [upload for upload in form.getlist("files") if isinstance(upload, UploadFile)]
        files = [await _read(upload) for upload in uploads]
        profile = form.get("profile", "default")
    try:
        return AnalyseIn.model_validate({"files": files, "profile": profile})
    except ValidationError as error:
        raise invalid(error) from None


async def _read(upload: UploadFile) -> SourceIn:
    """The uploaded file: its size is checked before its content, the content before its name."""
    name = (upload.filename or "unnamed")[:300]
    if (upload.size or 0) > MAX_CHARACTERS:
        raise TooLarge(f"{name} is longer than {MAX_CHARACTERS} bytes.")
    try:
        return SourceIn(path=name, content=source(await upload.read()))
    except NotSource as wrong:
        raise Invalid(f"{name}: {wrong}.", details={"file": name}) from None


@router.post(
    "/skeletons",
    summary="Documentation and property tests to be filled in, from code that exists",
    operation_id="code_skeletons",
    response_class=Response,
    responses={200: {"model": Envelope[Skeletons]}},
    openapi_extra=SKELETONS.described([{"files": [EXAMPLE], "include_tests": True}]),
)
async def code_skeletons(request: Request) -> Response:
    """Written from the syntax tree and the annotations. Needs no model; nothing is kept."""
    body = await SKELETONS.read(request)
    asked = [_sketched(place, file) for place, file in enumerate(body.files)]
    async with asyncio.TaskGroup() as group:
        jobs = [
            group.create_task(
                POOL.run(
                    partial(
                        sketch,
                        file.content.encode(errors="replace"),
                        language,
                        path=file.path,
                        prose_language=body.prose_language,
                    ),
                    seconds=SECONDS,
                )
            )
            for file, language in asked
        ]
    done: list[Sketch] = []
    for place, ((file, _), job) in enumerate(zip(asked, jobs, strict=True)):
        sketched = job.result()
        if isinstance(sketched, Stopped):
            raise TimedOut(f"{file.path} was not read within {SECONDS:g} s; send less at a time.")
        if sketched.flaws:
            raise _broken(place, sketched)
        done.append(sketched)
    skeletons = put_together(
        done, body.prose_language, tests=body.include_tests, docs=body.include_docs
    )
    return answered(skeletons)


def _sketched(place: int, file: SketchIn) -> tuple[SketchIn, Language]:
    """The file with its language; raises Invalid with the field that is wrong."""
    language = find(file.language) if file.language else find_by_path(file.path)
    if safe_path(file.path) != file.path:
        raise _wrong(place, "path", "a relative path inside the project is needed")
    if language is None or not can_be_sketched(language):
        names = ", ".join(row.name for row in LANGUAGES if can_be_sketched(row))
        raise _wrong(place, "language", f"not one whose names can be documented: {names}")
    return file, language


def _broken(place: int, sketched: Sketch) -> Invalid:
    first = sketched.flaws[0]
    where = f"line {first.line}, column {first.column}"
    return _wrong(place, "content", f"{first.path} does not parse at {where}: {first.message}")


def _wrong(place: int, field: str, message: str) -> Invalid:
    return invalid([{"loc": ("files", place, field), "msg": message, "type": "value_error"}])
