"""A file's syntax tree, read once: the input of every metric."""

from dataclasses import dataclass
from itertools import chain

from kuznia.domains.code.analysis.tables.rules import Counting
from kuznia.domains.code.analysis.tree.calls import CallSite, Graph, calls, graph
from kuznia.domains.code.analysis.tree.frames import FUNCTIONS, Captures, Frame, frames
from kuznia.domains.code.analysis.tree.lines import SourceLines, lines
from kuznia.domains.code.analysis.tree.names import FunctionNames, names


@dataclass(frozen=True, slots=True)
class Reading:
    """The functions of a file, their names and their calls, in the order of the source."""

    source: bytes
    table: Counting
    captures: Captures
    text: SourceLines
    functions: list[Frame]
    called: FunctionNames
    made: list[CallSite]
    graph: Graph


def read(source: bytes, captures: Captures, table: Counting) -> Reading:
    """Sort the captures of a query into the order of the source."""
    functions = frames(captures, FUNCTIONS)
    called = names(captures, source, table)
    made = calls(captures.get("call", ()), functions, source, table)
    return Reading(
        source=source,
        table=table,
        captures=captures,
        text=lines(source, chain(captures.get("comment", ()), captures.get("doc", ()))),
        functions=functions,
        called=called,
        made=made,
        graph=graph(functions, called, made, table),
    )
