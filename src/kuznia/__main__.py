"""`kuznia`, or `python -m kuznia`: the command line. It loads the application when it needs it."""

import sys

from kuznia.doors.cli.main import cli
from kuznia.doors.cli.tools import Tools
from kuznia.platform.terminal import say
from kuznia.platform.visible_text import visible


def main() -> None:
    """Run one command; those that need no server answer without loading one."""
    # The parser of the options would repeat such a name as it is: a file's, where a shell wrote *.
    names = (word.partition("=")[0] for word in sys.argv[1:] if word.startswith("-"))
    if odd := next((name for name in names if visible(name) != name), None):
        say(f"kuznia: There is no option {odd}.", err=True)
        sys.exit(2)
    cli(obj=_tools)


def _tools() -> Tools:
    from kuznia.launch import tools

    return tools()


if __name__ == "__main__":
    main()
