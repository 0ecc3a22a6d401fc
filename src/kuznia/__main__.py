"""`kuznia`, or `python -m kuznia`: the command line. It loads the application when it needs it."""

from kuznia.doors.cli import cli
from kuznia.doors.terminal import Tools


def main() -> None:
    """Run one command; those that need no server answer without loading one."""
    cli(obj=_tools)


def _tools() -> Tools:
    from kuznia.app import tools

    return tools()


if __name__ == "__main__":
    main()
