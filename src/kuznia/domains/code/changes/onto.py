"""A reply laid onto the files that it changes."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from posixpath import basename

from kuznia.domains.code.changes.diff import unified
from kuznia.domains.code.languages.find import find
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.reply.extract import Extracted, extract_change
from kuznia.domains.code.reply.naming import default_path
from kuznia.domains.code.schema import ChangedFile, File, FileChanges, over
from kuznia.forge.terms import Unreadable

# A file without a name is the one of which it has so many of its lines.
MIN_SHARED = 0.3


def changed_files(
    reply: str, language: Language, came: tuple[File, ...], draft: tuple[File, ...]
) -> Extracted:
    """The files of a reply that are new or not as they came; `draft` is what it corrects."""
    before = over(came, draft)
    plain = tuple(_with(file, file.content.replace("\r\n", "\n")) for file in before)
    own = [file.path for file in plain if file.language == language.name]
    only = own[0] if len(own) == 1 else None
    extracted = extract_change(reply, language, only, plain)
    files = over(before, _as_came((_known(file, plain) for file in extracted.files), before))
    was = {file.path: file.content for file in came}
    kept = tuple(file for file in files if was.get(file.path) != file.content)
    if not kept:
        raise Unreadable(
            "nothing-changed",
            "The reply leaves every file as it is.",
            "Make the change that the request asks for, and send the files that it changes.",
        )
    return Extracted(kept, extracted.truncated, extracted.requires)


def change_of(came: tuple[File, ...], files: tuple[File, ...]) -> FileChanges:
    """The change that makes these files of those that came."""
    was = {file.path: file.content for file in came}
    return FileChanges(
        diff=unified(was, {file.path: file.content for file in files}),
        files=tuple(
            ChangedFile(path=file.path, status="changed" if file.path in was else "created")
            for file in files
        ),
    )


def _with(file: File, content: str) -> File:
    return file if content == file.content else file.model_copy(update={"content": content})


def _known(file: File, before: tuple[File, ...]) -> File:
    """The file under the path that it came with, where a model shortened or left out the path."""
    paths = {known.path for known in before}
    if file.path in paths:
        return file
    named = [known for known in before if known.path.endswith(f"/{basename(file.path)}")]
    if len(named) == 1 and named[0].path.endswith(f"/{file.path}"):
        return file.model_copy(update={"path": named[0].path})
    languages = [known for known in before if known.language == file.language]
    row = next((known for known in languages if _is_unnamed(file)), None)
    if row is None:
        return file
    lines = set(file.content.split("\n")) - {""}
    shared = [(len(lines & set(known.content.split("\n"))), known.path) for known in languages]
    count, path = max(shared)
    return file.model_copy(update={"path": path}) if count > MIN_SHARED * len(lines) else file


def _is_unnamed(file: File) -> bool:
    language = find(file.language)
    return language is not None and file.path == default_path(file.content, language)


def _as_came(files: Iterable[File], before: tuple[File, ...]) -> Iterable[File]:
    """The files with the line ends that they came with."""
    was = {file.path: file.content for file in before}
    for file in files:
        old = was.get(file.path, "")
        yield _with(file, _with_ends(file.content, old)) if "\r\n" in old else file


def _with_ends(content: str, old: str) -> str:
    """The content with carriage returns where the old lines have them, and in lines between."""
    before = old.split("\n")
    after = [line.removesuffix("\r") for line in content.split("\n")]
    plain = [line.removesuffix("\r") for line in before]
    ended = [f"{line}\r" for line in after[:-1]] + after[-1:]
    for block in SequenceMatcher(None, plain, after, autojunk=False).get_matching_blocks():
        ended[block.b : block.b + block.size] = before[block.a : block.a + block.size]
    return "\n".join(ended)
