"""One artefact made on the terminal: its progress, then the result."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json

from kuznia.doors.context import Doors
from kuznia.doors.http.signed_link import page_link
from kuznia.doors.orders import accepted
from kuznia.forge.runs.events import Event
from kuznia.forge.runs.live import Run
from kuznia.forge.shelf.exporting import exported
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import AnyDomain, Export, Finding, Input, Order, Wish
from kuznia.forge.wishes.answers import with_answers
from kuznia.platform.errors import Invalid, NotFound, invalid
from kuznia.platform.folder import write
from kuznia.platform.terminal import json_file, say, send
from kuznia.platform.visible_text import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

# What is read back from an artefact's JSON; its shape is known to the domain that made it.
Json = Mapping[str, Any]
HEARTBEAT = 3600.0
MADE_BY = {
    "model": "a model",
    "planner": "our planner",
    "both": "a model and our planner",
}
# Characters of an answer to what is unclear.
MAX_ANSWER = 500
# Of a file that holds the value of a field.


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """How the artefact is written: as JSON, in an export format, or as files and text."""

    as_json: bool = False
    export: str | None = None
    # A folder for files, or the file an export is written to.
    out: Path | None = None
    # Write over files that are there.
    force: bool = False
    # Fail where something the prompt asks for is not met.
    strict: bool = False
    # Ask in the terminal what is unclear, and go on with the answers.
    asks: bool = False


async def make_here(
    opening: AbstractAsyncContextManager[Doors],
    name: str,
    fields: Mapping[str, str],
    options: MakeOptions,
) -> str | None:
    """Run one order in this process: stages to standard error, the artefact to standard output.

    Returns the path of the artefact's page, if it has one, as a browser can open it.
    """
    async with opening as context:
        domain = _domain(context, name)
        form = _format(domain, options.export) if options.export else None
        who = context.owner
        order = await context.order(domain.name, _input(domain, fields), who)
        run = await _made(context, order)
        while options.asks and (again := _answered(domain, run.result())):
            order = await context.order(domain.name, again, who, after=run.result().id)
            run = await _made(context, order)
        kept = accepted(run, strict=options.strict or context.settings.wishes == "strict")
        _give_all(kept, domain, form, options)
        page = page_link(context, kept, who)
        return page and page.link


def _give_all(kept: Kept, domain: AnyDomain, form: Export | None, options: MakeOptions) -> None:
    artefact = from_json(kept.body)
    if options.as_json:
        say(kept.body.decode())
        return
    if form and artefact["decline"] is None:
        _save(exported(form.write, kept.id, kept.created_at, kept.body, {}), options.out)
    elif not form:
        draw, parts = domain.shown.terminal, artefact["parts"]
        shown = draw(parts) if draw and parts else None
        _give(artefact, shown, options)
    say(_summary(artefact), err=True)


def _give(artefact: Json, shown: object, options: MakeOptions) -> None:
    """Print or write the files; a folder also gets the whole artefact."""
    files = list(_files(artefact))
    if options.out is not None:
        if shown is not None:
            files.append(("artefact.json", to_json(artefact, indent=1).decode()))
        write(files, options.out, force=options.force)
        return
    if diff := _diff(artefact):
        say(f"\n{diff}")
        return
    for path, content in files:
        say(f"\n── {path} ──\n{content}")
    if shown is not None:
        say(cast("RenderableType", shown))


def _save(content: bytes, out: Path | None) -> None:
    if out is None:
        send(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Invalid(f"{str(out)!r} cannot be written: {error.strerror}.") from None
    say(str(out))


def _domain(context: Doors, name: str) -> AnyDomain:
    # Also "a flow" and "a plan": the last word of the path, and its singular.
    domains = context.forge.domains
    called = {
        word: one
        for one in domains.values()
        for last in (one.path.rpartition("/")[2], one.name)
        for word in (last.removesuffix("s"), last)
    }
    if (domain := called.get(name)) is None:
        raise NotFound(
            f"There is no domain {name[:40]!r}; the domains are {', '.join(sorted(domains))}."
        )
    return domain


def _format(domain: AnyDomain, name: str) -> Export:
    form = domain.shown.exports.get(name)
    if form is None:
        known = ", ".join(domain.shown.exports) or "none"
        raise NotFound(f"{domain.name} has no format {name[:40]!r}; its formats are {known}.")
    return form


async def _made(context: Doors, order: Order) -> Run:
    run = context.runs.start(order)
    with context.runs.listening(run):
        await _show(run)
    return run


def _answered(domain: AnyDomain, kept: Kept) -> Input | None:
    """The input with what is answered to its unclear wishes; None if nothing is."""
    artefact = from_json(kept.body)
    answers: dict[int, str] = {}
    for number, wish in enumerate(artefact["wishes"], 1):
        if wish["outcome"] == "unclear":
            question = f"  ? “{wish['quote']}”: {wish['why']}"
            text = typer.prompt(visible(question), default="", show_default=False, err=True)
            if text.strip():
                answers[number] = text.strip()[:MAX_ANSWER]
    if not answers:
        return None
    prompt = with_answers(artefact["input"]["prompt"], artefact["wishes"], answers)
    try:
        return domain.input.model_validate({**artefact["input"], "prompt": prompt})
    except ValidationError as error:
        raise invalid(error) from None


def _input(domain: AnyDomain, fields: Mapping[str, str]) -> Input:
    known = domain.input.model_fields
    if "prompt" not in fields and known["prompt"].is_required():
        raise Invalid("The prompt is missing: say what you want, in quotes.")
    if unknown := [field for field in fields if field not in known]:
        names = ", ".join(_option(field) for field in known if field != "prompt")
        raise Invalid(
            f"{domain.name} has no option {_option(unknown[0])}; its options are {names}."
        )
    try:
        return domain.input.model_validate(
            {field: _value(known[field], text) for field, text in fields.items()}
        )
    except ValidationError as error:
        raise invalid(error) from None


def _option(field: str) -> str:
    return f"--{field[:40].replace('_', '-')}"


def _value(field: FieldInfo, text: str) -> object:
    """Read a value: lists and objects are JSON or the name of a JSON file, all else is text."""
    if field.annotation is str:
        return text
    if text.startswith(("[", "{")):
        with suppress(ValueError):
            return from_json(text)
    if text.endswith(".json"):
        return json_file(Path(text))
    return text


async def _show(run: Run) -> None:
    async with aclosing(run.events.after(0, HEARTBEAT)) as events:
        async for event in events:
            if event is not None and (line := _line(event)):
                say(line, err=True)


def _line(event: Event) -> str:
    match event.kind:
        case "part.started":
            return f"  …  {event.data['part']}"
        case "part.checked" if objections := _objections(event.data["findings"]):
            return f"  ↺  {event.data['part']}: not accepted yet{objections}"
        case "part.mended":
            return f"  ✎  {event.data['part']}: mended by our own code"
        case "part.accepted":
            return f"  ✓  {event.data['part']}"
        case "part.unmet":
            return f"  ✗  {event.data['part']}{_objections(event.data['findings'])}"
        case "wish.open":
            wish = cast("Wish", event.data["wish"])
            # The prompt is for whoever sits there, not for what may collect this stream.
            quote = f"“{wish.quote}”: " if sys.stderr.isatty() else ""
            return f"  ?  {quote}{wish.why}"
        case _:
            return ""


def _objections(findings: Iterable[Finding]) -> str:
    return "".join(f"\n      {f.where}: {f.message}" for f in findings if f.is_asked)


def _diff(artefact: Json) -> str:
    """What a change is, against the files that came with its order."""
    changes = (part.get("change") for part in artefact["parts"].values())
    return "".join(change["diff"] for change in changes if change)


def _files(artefact: Json) -> Iterable[tuple[str, str]]:
    for part in artefact["parts"].values():
        # A part that measures has files too, but nothing to write.
        for file in part.get("files", ()):
            if "content" in file:
                yield file["path"], file["content"]


def _summary(artefact: Json) -> str:
    decline = artefact["decline"]
    lines = [f"\n{artefact['status']}  {artefact['id']}"]
    if made_by := artefact.get("made_by"):
        lines.append(f"  made by {MADE_BY[made_by]}")
    if wishes := artefact.get("wishes"):
        met = sum(wish["outcome"] == "met" for wish in wishes)
        lines.append(f"  {met} of {len(wishes)} wishes met")
    if unchecked := _unchecked(artefact["evidence"]):
        lines.append(f"  not checked: {', '.join(unchecked)}")
    lines.append(f"  {_spent(artefact['evidence'])}")
    if decline:
        lines += [f"  {decline['message']}", *(f"  ? {q}" for q in decline["questions"])]
    lines += [f"  ! {f['where']}: {f['message']}" for f in artefact["findings"]]
    return "\n".join(lines)


def _unchecked(evidence: Json) -> list[str]:
    """The checks of accepted parts that had nothing to look at, or no way to."""
    return [
        check["name"]
        for part in evidence["parts"]
        for check in part["checks"]
        if check["passed"] is None
    ]


def _spent(evidence: Json) -> str:
    making = evidence["making"]
    took = evidence if making is None else making
    figures = (
        f"{len(took['attempts'])} model calls, "
        f"{took['input_tokens'] + took['output_tokens']} tokens, "
        f"${took['cost'] / 1e9:.6f}, {took['seconds']:.2f} s "
        f"({took['model_seconds']:.2f} s waiting for the model)"
    )
    if making is None:
        return figures
    return f"found in the cache, nothing was spent; making it took {figures}"
