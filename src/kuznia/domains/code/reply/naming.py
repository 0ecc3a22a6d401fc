"""The path and the language of a block, as the model gives them."""

import re
from collections.abc import Iterator

from kuznia.domains.code.languages.find import are_kin, find, find_by_path
from kuznia.domains.code.languages.paths import safe_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.reply.fences import FencedBlock

# Hostile paths are matched too, so that they are seen and refused instead of half read.
_PATH = (
    r"(?:[A-Za-z]:)?[\w.@+~\-\[\]()/\\]*[\w\])]\.[A-Za-z][A-Za-z0-9]{0,9}"
    r"|(?:[\w.\-]+/)*(?:Makefile|Dockerfile|\.gitignore)"
)
# What is read once is never given back: between these, a line of blanks or stars has many readings.
_LABEL = r"(?:(?:file ?name|file|path|файл|шлях)\b[ \t]*+)?[:=]?[ \t]*+"
# A line that is a path, or a heading or bold words that begin with one.
_PATH_LINE = re.compile(
    rf"[^\w./~`*\\@\[]*+(?:\d+[.)][ \t]*+)?[*_`]*+{_LABEL}[*_`\"']*+({_PATH})"
    r"[*_`\"']*+[ \t]*+:?[*_]*+:?",
    re.IGNORECASE,
)
_PATH_HEADING = re.compile(
    rf"(?:\#{{1,6}}[ \t]|\*\*)[^\w./~`*]*+[*_`]*+{_LABEL}[*_`]*+({_PATH})"
    r"[*_`]*+[ \t]*+[-–—(:](?s:.*)",
    re.IGNORECASE,
)
_PATH_IN_TICKS = re.compile(rf"`({_PATH})`")
_PATH_IN_INFO = re.compile(
    r"(?:\b(?:path|file|filename|title|name)[ \t]*=[ \t]*[\"']?|:|[ \t]|^)"
    rf"({_PATH})(?=[\"' \t}}]|$)"
)
_PATH_IN_COMMENT = re.compile(
    rf"[ \t]*+(?://|#|--|;|%|/\*|<!--|\(\*)[ \t]*+[=*#~-]*+[ \t]*+[*_`]*+{_LABEL}[*_`]*+({_PATH})"
    r"[*_`]{0,3}[ \t]*+[=*#~-]*[ \t]*+(?:\*/|-->|\*\))?",
    re.IGNORECASE,
)
# What shows that a line is a path in Markdown, and no line of a program: YAML has `path:`.
_MARKED = re.compile(r"[*_]{2}|`|(?:File ?name|File|Path|Файл|Шлях)[ \t]*:")
_FIRST_WORD = re.compile(r"[{.]*([A-Za-z0-9_+#.-]*)")
_PUBLIC_TYPE = re.compile(
    r"^[ \t]*public[ \t]+(?:\w+[ \t]+){0,4}(?:class|interface|enum|record|struct)[ \t]+(\w+)",
    re.MULTILINE | re.ASCII,
)
# Lines longer than this are prose or data, and no place for a path.
MAX_LINE = 300
# Languages whose files must be, or are by custom, named for the public type in them.
_NAMED_FOR_TYPE = ("java", "csharp")
# Files beside the code that are kept: `os.path` and `Node.js` have a dot as well, and are none.
_OTHER_FILE = re.compile(
    r"(?:.*/)?+(?:[^./]+|.*\.(?:bats|cabal|cfg|cmake|conf|csproj|csv|env|example|gitignore|gradle"
    r"|graphql|h|ini|lock|mk|mod|properties|proto|rst|scss|sln|sum|svelte|svg|tfvars|txt|vue|xml))",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r"(?:chart|d3|express|nest|next|node|nuxt|react|three|vue)\.js", re.IGNORECASE
)


def label(block: FencedBlock) -> Language | None:
    """The supported language that a fence names, if any."""
    word = _FIRST_WORD.match(block.info)
    name = word[1] if word else ""
    return find(name) or find_by_path(name)


def path_of(block: FencedBlock) -> str | None:
    """The path of a block, from its fence, above it, or in its first line; None: no safe one."""
    named = label(block)
    for raw in _paths(block):
        if not _is_file_name(raw):
            continue
        path = safe_path(raw)
        by_path = find_by_path(path) if path else None
        if by_path and named and not are_kin(by_path, named):
            # `Run main.py like this:` above a block of shell names another file than the block.
            continue
        return path
    return None


def _is_file_name(raw: str) -> bool:
    known = find_by_path(raw) or _OTHER_FILE.fullmatch(raw)
    return bool(known) and not _PRODUCT.fullmatch(raw)


def _paths(block: FencedBlock) -> Iterator[str]:
    if in_info := _PATH_IN_INFO.search(block.info[:MAX_LINE]):
        yield in_info[1]
    for place, whole_line in enumerate(reversed(block.before)):
        line = whole_line[:MAX_LINE]
        if whole := _PATH_LINE.fullmatch(line) or _PATH_HEADING.fullmatch(line):
            yield whole[1]
        elif place == 0 and (in_ticks := _PATH_IN_TICKS.findall(line)):
            yield in_ticks[-1]
    if in_comment := comment_path(block.content.split("\n", 1)[0]):
        yield in_comment


def comment_path(line: str) -> str | None:
    """The path in a comment that is only a path, as models write above each of several files."""
    match = _PATH_IN_COMMENT.fullmatch(line.rstrip()[:MAX_LINE])
    return match[1] if match else None


def path_in_line(line: str) -> str | None:
    """The path that a line of prose consists of, with its markup."""
    match = _PATH_LINE.fullmatch(line[:MAX_LINE])
    return match[1] if match and _is_file_name(match[1]) else None


def marked_path(line: str) -> str | None:
    """The path in a line that is a path in Markdown, which no program would have as its line."""
    return path_in_line(line) if _MARKED.match(line) else None


def several(content: str) -> tuple[tuple[str, str], ...]:
    """The files of a block that holds several, each under a line with its path; else nothing."""
    lines = content.split("\n")
    marks = [
        (place, path)
        for place, line in enumerate(lines)
        if (path := comment_path(line) or marked_path(line))
    ]
    paths = [safe_path(path) for _, path in marks]
    if len(marks) < 2 or marks[0][0] > 0 or len(set(paths)) < len(paths) or None in paths:
        return ()
    ends = [place for place, _ in marks[1:]] + [len(lines)]
    return tuple(
        (path, "\n".join(lines[place + 1 : end]).strip("\n") + "\n")
        for (place, path), end in zip(marks, ends, strict=True)
    )


def default_path(content: str, language: Language) -> str:
    """The path of a file that was given none."""
    match = _PUBLIC_TYPE.search(content) if language.name in _NAMED_FOR_TYPE else None
    stem = match[1] if match else "main"
    return f"{stem}{language.extensions[0]}"
