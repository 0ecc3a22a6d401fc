"""Own asynchronous functions of JavaScript and TypeScript whose promise is used as its value."""

import re
from collections.abc import Iterator

_ASYNC = re.compile(
    r"\basync[ ](?:function[ ]?\*?[ ]?)?(\w{2,60})[ ]?(?:<[^<>\n]{0,60}>)?\("
    r"|\b(?:const|let)[ ]+(\w{2,60})[ ]?=[ ]?async\b"
    r"|\b(\w{2,60})\([^()\n]{0,200}\)[ ]?:[ ]?Promise<"
)
_AFTER = r"(?:\.(?!then\b|catch\b|finally\b)\w|\[)"
MAX_NAMES = 20
MAX_AFTER = 1_500


def not_awaited(content: str) -> Iterator[tuple[int, str]]:
    """The line and the name of each call of an own function whose promise is used as a value."""
    names = {name for found in _ASYNC.findall(content) for name in found if name}
    for name in sorted(names)[:MAX_NAMES]:
        if _is_also_plain(name, content):
            continue
        for place in _places(name, content):
            yield content.count("\n", 0, place) + 1, name


def _is_also_plain(name: str, content: str) -> bool:
    """Whether something of this name is a function that returns no promise."""
    plain = re.compile(
        rf"(?<!async )(?<!async function )(?<![\w.]){name}[ ]?\([^()\n]{{0,200}}\)"
        rf"(?![ ]?:[ ]?Promise)(?:[ ]?:[^{{;\n]{{0,80}})?[ ]?\{{"
        rf"|\b(?:const|let)[ ]+{name}[ ]?=(?![ ]?async)"
    )
    return bool(plain.search(content))


def _places(name: str, content: str) -> Iterator[int]:
    call = rf"(?:\bthis\.|(?<![\w.])){name}\([^()\n]{{0,200}}\)"
    for match in re.finditer(rf"(?<!await )(?<!\.){call}{_AFTER}", content):
        yield match.start()
    kept = (
        rf"\b(?:const|let|var)[ ]+(\w{{1,60}})(?:[ ]?:[ ]?[^=\n]{{1,80}}?)?[ ]?=[ ]?{call};?[ ]*$"
    )
    for match in re.finditer(kept, content, re.MULTILINE):
        after = content[match.end() : match.end() + MAX_AFTER].split("\n  }\n")[0]
        value = match[1]
        is_used = re.search(rf"(?<![\w.]){value}{_AFTER}", after)
        awaited = rf"\bawait[ ]+{value}\b|\bPromise\.\w+\(|\breturn[ ]+{value};?$"
        is_awaited = re.search(awaited, after, re.MULTILINE)
        if is_used and not is_awaited:
            yield match.start()
