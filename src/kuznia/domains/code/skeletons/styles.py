"""The form of documentation comments in each language."""

from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.domains.code.skeletons.result import ProseLanguage


@dataclass(frozen=True, slots=True)
class Style:
    """The lines of a comment: `{}` stands for the words, `{name}` for a name."""

    # Before, in front of each line, and after.
    opens: str = ""
    line: str = ""
    closes: str = ""
    about: str = "{}"
    # Above the parameters, and one line for each.
    head: str = ""
    parameter: str = ""
    returns: str = ""
    # Whether types have one of their own in this place.
    types: bool = True


_BLOCK = Style("/**", " * ", " */", parameter="@param {name} {words}", returns="@return {words}")
_SLASHES = Style(line="/// ")
_JSDOC = Style("/**", " * ", " */", parameter="@param {name} - {words}", returns="@returns {words}")
_C = Style(
    "/**",
    " * ",
    " */",
    about="@brief {}",
    parameter="@param {name} {words}",
    returns="@return {words}",
)

STYLES: dict[str, Style] = {
    "javascript": Style(
        "/**",
        " * ",
        " */",
        parameter="@param {{*}} {name} - {words}",
        returns="@returns {{*}} {words}",
    ),
    "typescript": _JSDOC,
    "tsx": _JSDOC,
    "go": Style(line="// ", about="{name}: {}"),
    "java": _BLOCK,
    "kotlin": _BLOCK,
    "scala": _BLOCK,
    "groovy": _BLOCK,
    "php": Style(
        "/**",
        " * ",
        " */",
        parameter="@param mixed {name} {words}",
        returns="@return mixed {words}",
    ),
    "rust": Style(line="/// ", head="# Arguments", parameter="* `{name}` - {words}"),
    "ruby": Style(
        line="# ", parameter="@param {name} [Object] {words}", returns="@return [Object] {words}"
    ),
    "bash": Style(line="# ", about="@description {}"),
    "swift": Style(
        line="/// ",
        head="- Parameters:",
        parameter="  - {name}: {words}",
        returns="- Returns: {words}",
    ),
    "csharp": Style(
        line="/// ",
        about="<summary>{}</summary>",
        parameter='<param name="{name}">{words}</param>',
        returns="<returns>{words}</returns>",
    ),
    "c": _C,
    "cpp": _C,
    "objc": _C,
    "sql": Style(line="-- "),
    "lua": Style(line="--- ", parameter="@param {name} {words}", returns="@return {words}"),
    "perl": Style("\n=head2 {name}\n", "", "\n=cut\n"),
    "julia": Style('"""', "", '"""'),
    "haskell": Style(line="-- ", about="| {}"),
    "elixir": Style('@doc """', "", '"""', types=False),
    "ocaml": Style("(**", "    ", "*)"),
    "dart": _SLASHES,
    "zig": _SLASHES,
    "powershell": Style("<#", "", "#>", about=".SYNOPSIS\n{}"),
    "solidity": Style(
        line="/// ",
        about="@notice {}",
        parameter="@param {name} {words}",
    ),
    "fortran": Style(line="!> "),
}


@dataclass(frozen=True, slots=True)
class CommentWords:
    """The placeholder texts that a person replaces."""

    about: str
    parameter: str
    returns: str
    raises: str
    note: str


WORDS: dict[ProseLanguage, CommentWords] = {
    "en": CommentWords(
        about="Say what {name} is for.",
        parameter="Say what it is.",
        returns="Say what comes back.",
        raises="Say when.",
        note="A skeleton, written from the code without a model: names and signatures are right, "
        "the words are yours to write.",
    ),
    "uk": CommentWords(
        about="Напишіть, для чого {name}.",
        parameter="Напишіть, що це.",
        returns="Напишіть, що повертається.",
        raises="Напишіть, коли саме.",
        note="Заготовка, складена з коду без моделі: назви й сигнатури правильні, а слова за вами.",
    ),
}


def comment(
    style: Style, name: str, parameters: tuple[str, ...], *, returns: bool, words: CommentWords
) -> Iterator[str]:
    """The lines of one comment, not indented."""
    if style.opens:
        yield from style.opens.format(name=name).split("\n")
    about = style.about.format(words.about.format(name=name), name=name)
    lines = about.split("\n")
    if style.parameter and parameters:
        lines += [
            "",
            *([style.head, ""] if style.head.startswith("#") else [style.head] * bool(style.head)),
        ]
        lines += [
            style.parameter.format(name=parameter, words=words.parameter)
            for parameter in parameters
        ]
    if style.returns and returns:
        lines += [*([""] if len(lines) == 1 else []), style.returns.format(words=words.returns)]
    yield from (f"{style.line}{line}".rstrip() for line in lines)
    if style.closes:
        yield from style.closes.split("\n")
