"""`kuznia users` and `kuznia keys`: how an operator manages accounts and API keys."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer
from pydantic_core import to_json

from kuznia.doors.cli.tools import tools_of
from kuznia.platform.errors import Conflict, NotFound
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of
from kuznia.platform.visible_text import visible

# What is heavy is imported by the command that needs it.
if TYPE_CHECKING:
    from kuznia.callers.credentials.keys import ApiKey
    from kuznia.callers.identify import Callers
    from kuznia.callers.users import User
    from kuznia.platform.db.database import Database

R = TypeVar("R")
Who = Annotated[str, typer.Argument(help="Name or id; jwt:SUB for a user of an identity provider.")]
KeyId = Annotated[str, typer.Argument(help="The part of the key between the underscores.")]

users = typer.Typer(name="users", help="Manage user accounts.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="Manage API keys for programs.", no_args_is_help=True)


@users.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name, such as an e-mail address.")],
    admin: Annotated[bool, typer.Option("--admin", help="Make the user an administrator.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create an account. The password is asked for, or read from standard input."""

    async def work(callers: "Callers", _: "Database") -> "User":
        return await callers.accounts.create(name, password, "admin" if admin else "user")

    with faults_as_exit(as_json):
        password = _password()
        _show_person(_run(context, work), as_json)


@users.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List all users: those with an account, and those with limits of their own."""

    async def work(callers: "Callers", _: "Database") -> "list[User]":
        everyone: list[User] = []
        while page := await callers.users.all(everyone[-1].id if everyone else ""):
            everyone += page
        return everyone

    with faults_as_exit(as_json):
        people = _run(context, work)
        if as_json:
            say(to_json(people).decode())
        else:
            for person in people:
                _show_person(person, as_json)


@users.command("disable")
def disable(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Refuse every token and key of a user."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.disable(who)), as_json)


@users.command("enable")
def enable(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Accept the tokens and keys of a user again."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.enable(who)), as_json)


@users.command("role")
def set_role(
    context: typer.Context,
    who: Who,
    role: Annotated[Literal["user", "admin"], typer.Argument(help="The new role.")],
    as_json: AsJson = False,
) -> None:
    """Make a user an administrator, or an ordinary user again."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.set_role(who, role)), as_json)


@users.command("password")
def set_password(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Set a new password for a user, and end all their sessions."""
    with faults_as_exit(as_json):
        new = _password()
        changed = _run(context, lambda callers, _: callers.accounts.set_password(who, new))
        _show_person(changed, as_json)


@users.command("export")
def export(
    context: typer.Context,
    who: Who,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file, which must not exist yet.")
    ] = None,
) -> None:
    """Export all data of a user, one line of JSON per row."""

    async def work(callers: "Callers", db: "Database") -> None:
        from kuznia.callers import personal_data

        id_ = await callers.users.owner(who)
        with out.open("xb") if out else nullcontext() as file:
            async for table, row in personal_data.taken(db, id_):
                line = to_json({"table": table, "row": row})
                if file:
                    file.write(line + b"\n")
                else:
                    say(line.decode())

    with faults_as_exit():
        try:
            _run(context, work)
        except OSError as error:
            raise Conflict(f"{out} cannot be written: {error.strerror}.") from None


@users.command("erase")
def erase(
    context: typer.Context,
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase all data of a user and their account. This cannot be undone."""

    async def work(callers: "Callers", db: "Database") -> dict[str, int]:
        from kuznia.callers import personal_data

        return await personal_data.erase(db, await callers.users.owner(who))

    with faults_as_exit(as_json):
        if not yes and not typer.confirm(visible(f"Erase all data of {who}?")):
            raise typer.Abort
        rows = _run(context, work)
        say(to_json(rows).decode() if as_json else f"{sum(rows.values())} rows erased.")


@keys.command("create")
def create_key(
    context: typer.Context,
    owner: Who,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="domains, read, metrics or admin; repeatable. Default: domains and read."
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until the key expires.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create an API key, and show it. It cannot be shown again."""

    async def work(callers: "Callers", _: "Database") -> "tuple[ApiKey, str]":
        from kuznia.callers.credentials.keys import scopes_of

        life = timedelta(days=days) if days else None
        scopes = scopes_of(scope or ("domains", "read"))
        return await callers.keys.create(await callers.users.owner(owner), name, scopes, life)

    with faults_as_exit(as_json):
        _show_secret(_run(context, work), as_json)


@keys.command("list")
def list_keys(context: typer.Context, owner: Who, as_json: AsJson = False) -> None:
    """List the keys of a user, revoked and expired keys included."""

    async def work(callers: "Callers", _: "Database") -> "list[ApiKey]":
        return await callers.keys.of(await callers.users.owner(owner))

    with faults_as_exit(as_json):
        listed = _run(context, work)
        if as_json:
            say(to_json(listed).decode())
        else:
            for key in listed:
                _show_key(key)


@keys.command("rotate")
def rotate(
    context: typer.Context,
    key_id: KeyId,
    overlap: Annotated[
        int, typer.Option(min=0, max=7_776_000, help="Seconds the old secret keeps working.")
    ] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret; the old one keeps working for a while."""

    async def work(callers: "Callers", _: "Database") -> "tuple[ApiKey, str]":
        owner = await _owner_of(callers, key_id)
        return await callers.keys.rotate(owner, key_id, timedelta(seconds=overlap))

    with faults_as_exit(as_json):
        _show_secret(_run(context, work), as_json)


@keys.command("revoke")
def revoke(context: typer.Context, key_id: KeyId, as_json: AsJson = False) -> None:
    """Revoke a key, in all processes within a second."""

    async def work(callers: "Callers", _: "Database") -> "ApiKey":
        return await callers.keys.revoke(await _owner_of(callers, key_id), key_id)

    with faults_as_exit(as_json):
        key = _run(context, work)
        if as_json:
            say(to_json(key).decode())
        else:
            _show_key(key)


def _run(context: typer.Context, work: "Callable[[Callers, Database], Awaitable[R]]") -> R:
    async def opened() -> R:
        async with tools_of(context).open_callers(settings_of(context)) as (callers, db):
            return await work(callers, db)

    return asyncio.run(opened())


def _password() -> str:
    """The password a person types twice, or the first line of standard input."""
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return sys.stdin.readline().rstrip("\r\n")


async def _owner_of(callers: "Callers", key_id: str) -> str:
    stored = await callers.keys.find(key_id) if key_id.isascii() else None
    if stored is None:
        raise NotFound("There is no such key.")
    return stored.key.owner


def _show_person(person: "User", as_json: bool) -> None:
    if as_json:
        say(to_json(person).decode())
        return
    state = "disabled" if person.disabled else person.role
    say(f"{person.id}  {state:8}  {person.name or ''}".rstrip())


def _show_key(key: "ApiKey") -> None:
    ends = f"until {key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "until revoked"
    state = "revoked" if key.revoked_at else ends
    say(f"{key.id}  {','.join(key.scopes):20}  {state:22}  {key.name}")


def _show_secret(made: "tuple[ApiKey, str]", as_json: bool) -> None:
    key, text = made
    if as_json:
        shown: Sequence[str] = ("id", "owner", "name", "scopes", "created_at", "expires_at")
        say(to_json({**{name: getattr(key, name) for name in shown}, "key": text}).decode())
    else:
        say(text)
