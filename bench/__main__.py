"""`python -m bench` races the road; `python -m bench NAME ...` runs another; `list` tells which."""

import ast
import runpy
import sys
from pathlib import Path


def benches() -> dict[str, str]:
    """Every module here that can be run, and the first line of what it says of itself."""
    sources = {path.stem: path.read_text() for path in sorted(Path(__file__).parent.glob("*.py"))}
    return {
        name: (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
        for name, source in sources.items()
        if name != "__main__" and 'if __name__ == "__main__"' in source
    }


def main() -> None:
    name, rest = "race", sys.argv[1:]
    if rest and not rest[0].startswith("-"):
        name, *rest = rest
    known = benches()
    if name not in known:
        print(*(f"{name:12}{says}" for name, says in known.items()), sep="\n")
        sys.exit(name != "list")
    sys.argv = [f"python -m bench {name}", *rest]
    runpy.run_module(f"bench.{name}", run_name="__main__", alter_sys=True)


main()
