"""Run by lizard's own interpreter: paths in, one a line; what lizard counts out, as JSON lines."""

import json
import sys
import time
from pathlib import Path

import lizard

for line in sys.stdin:
    path = line.rstrip("\n")
    source = Path(path).read_text("utf-8", "replace")
    began = time.process_time()
    try:
        seen = lizard.analyze_file.analyze_source_code(path, source).function_list
        counted = [[f.name, f.start_line, f.end_line, f.cyclomatic_complexity] for f in seen]
    except (IndexError, RecursionError):
        counted = None
    print(json.dumps([path, time.process_time() - began, counted]))
