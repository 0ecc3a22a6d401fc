"""Run by radon's own interpreter: paths in, one a line; what radon counts out, as JSON lines."""

import json
import sys
import time
import warnings
from pathlib import Path

from radon.visitors import Class, ComplexityVisitor, Function

warnings.simplefilter("ignore")


def functions(of: list[Function]) -> list[list[object]]:
    found: list[list[object]] = []
    for one in of:
        found += [[one.name, one.lineno, one.complexity], *functions(one.closures)]
    return found


def methods(of: list[Class]) -> list[list[object]]:
    found: list[list[object]] = []
    for one in of:
        found += [*functions(one.methods), *methods(one.inner_classes)]
    return found


for line in sys.stdin:
    source = Path(line.rstrip("\n")).read_bytes()
    began = time.process_time()
    try:
        seen = ComplexityVisitor.from_code(source)
        counted = functions(seen.functions) + methods(seen.classes)
    except (SyntaxError, ValueError):
        counted = None
    print(json.dumps([line.rstrip("\n"), time.process_time() - began, counted]))
