"""Names of files that do more than lie there: hidden ones that tools run, and devices."""

import re

# Files whose name begins with a dot and that only advise. All others may run something sooner or
# later (.git, .github, .vscode, .envrc, .npmrc), hold secrets (.env), or just hide.
_HARMLESS = frozenset(
    {
        *(".clang-format", ".dockerignore", ".editorconfig", ".env.example", ".gitignore"),
        *(".gitkeep", ".keep", ".npmignore", ".nvmrc", ".python-version"),
    }
)
# Names of devices on Windows, whatever follows their first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*", re.IGNORECASE)


def is_risky(name: str) -> bool:
    """Whether a file or folder of this name may do more than lie there."""
    hidden = name.startswith(".") and name not in _HARMLESS
    return hidden or bool(_DEVICE.fullmatch(name.partition(".")[0]))
