"""`kuznia users` and `kuznia keys`: an operator looks after who may call."""

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
from kuznia.platform.visible import visible

# What is heavy is imported by the command that needs it.
if TYPE_CHECKING:
    from kuznia.callers.credentials.keys import ApiKey
    from kuznia.callers.identify import Callers
    from kuznia.callers.users import User
    from kuznia.platform.db.database import Database

R = TypeVar("R")
Who = Annotated[str, typer.Argument(help="A name or an id; jwt:SUB is an identity provider's.")]
KeyId = Annotated[str, typer.Argument(help="The part of the key between the underlines.")]

users = typer.Typer(name="users", help="Who may sign in, and as what.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="Keys for programs.", no_args_is_help=True)


@users.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Such as an e-mail address.")],
    admin: Annotated[bool, typer.Option("--admin", help="They look after the server.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""

    async def work(callers: "Callers", _: "Database") -> "User":
        return await callers.accounts.create(name, password, "admin" if admin else "user")

    with faults_as_exit(as_json):
        password = _password()
        _show_person(_run(context, work), as_json)


@users.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """Everybody who has an account here, or about whom something was decided."""

    async def work(callers: "Callers", _: "Database") -> "list[User]":
        found: list[User] = []
        while page := await callers.users.all(found[-1].id if found else ""):
            found += page
        return found

    with faults_as_exit(as_json):
        users = _run(context, work)
        if as_json:
            say(to_json(users).decode())
        else:
            for user in users:
                _show_person(user, as_json)


@users.command("disable")
def disable(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Let nobody in as this person: not with a token and not with a key."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.disable(who)), as_json)


@users.command("enable")
def enable(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Let them in again."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.enable(who)), as_json)


@users.command("role")
def set_role(
    context: typer.Context,
    who: Who,
    role: Annotated[Literal["user", "admin"], typer.Argument(help="What they may do.")],
    as_json: AsJson = False,
) -> None:
    """Make somebody an admin, or no longer one."""
    with faults_as_exit(as_json):
        _show_person(_run(context, lambda callers, _: callers.users.set_role(who, role)), as_json)


@users.command("password")
def set_password(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Give somebody a new password; every sign-in of theirs ends."""
    with faults_as_exit(as_json):
        new = _password()
        changed = _run(context, lambda callers, _: callers.accounts.set_password(who, new))
        _show_person(changed, as_json)


@users.command("export")
def export(
    context: typer.Context,
    who: Who,
    out: Annotated[Path | None, typer.Option(help="Write it to this new file.")] = None,
) -> None:
    """All that is somebody's, a line of JSON for each row."""

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
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase all that is somebody's, their account too; it cannot be taken back."""

    async def work(callers: "Callers", db: "Database") -> dict[str, int]:
        from kuznia.callers import personal_data

        return await personal_data.erase(db, await callers.users.owner(who))

    with faults_as_exit(as_json):
        if not yes and not typer.confirm(visible(f"Erase all that is {who}'s?")):
            raise typer.Abort
        rows = _run(context, work)
        say(to_json(rows).decode() if as_json else f"{sum(rows.values())} rows are erased.")


@keys.command("create")
def create_key(
    context: typer.Context,
    owner: Who,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="domains, read (both if none is given), metrics, admin; repeatable."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it works.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown this once."""

    async def work(callers: "Callers", _: "Database") -> "tuple[ApiKey, str]":
        from kuznia.callers.credentials.keys import scopes_of

        life = timedelta(days=days) if days else None
        wanted = scopes_of(scope or ("domains", "read"))
        return await callers.keys.create(await callers.users.owner(owner), name, wanted, life)

    with faults_as_exit(as_json):
        _show_secret(_run(context, work), as_json)


@keys.command("list")
def list_keys(context: typer.Context, owner: Who, as_json: AsJson = False) -> None:
    """Somebody's keys, also those that work no more."""

    async def work(callers: "Callers", _: "Database") -> "list[ApiKey]":
        return await callers.keys.of(await callers.users.owner(owner))

    with faults_as_exit(as_json):
        found = _run(context, work)
        if as_json:
            say(to_json(found).decode())
        else:
            for key in found:
                _show_key(key)


@keys.command("rotate")
def rotate(
    context: typer.Context,
    key_id: KeyId,
    overlap: Annotated[
        int, typer.Option(min=0, max=7_776_000, help="Seconds the old one works on.")
    ] = 86_400,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret; the old one works on for a while."""

    async def work(callers: "Callers", _: "Database") -> "tuple[ApiKey, str]":
        owner = await _owner_of(callers, key_id)
        return await callers.keys.rotate(owner, key_id, timedelta(seconds=overlap))

    with faults_as_exit(as_json):
        _show_secret(_run(context, work), as_json)


@keys.command("revoke")
def revoke(context: typer.Context, key_id: KeyId, as_json: AsJson = False) -> None:
    """Let nobody in with this key, everywhere within a second."""

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
    """Typed twice by a person, unseen; or the first line a program sends."""
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return sys.stdin.readline().rstrip("\r\n")


async def _owner_of(callers: "Callers", key_id: str) -> str:
    found = await callers.keys.find(key_id) if key_id.isascii() else None
    if found is None:
        raise NotFound("There is no such key.")
    return found.key.owner


def _show_person(user: "User", as_json: bool) -> None:
    if as_json:
        say(to_json(user).decode())
        return
    state = "disabled" if user.disabled else user.role
    say(f"{user.id}  {state:8}  {user.name or ''}".rstrip())


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
