"""What was measured, as a table and as JSON, with each goal beside its figure."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.load import Result

# Above this share of its core the generator may have been the limit, not the server.
SATURATED = 0.9
# Above this share of the server's core taken by others, figures of one run are not to be quoted.
DISTURBED = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one line: what the caller saw, and what each side spent on it."""

    result: Result
    # Seconds of processor the server used while it was asked.
    server_cpu: float
    # Share of the server's core that neither the server nor idling used.
    others: float
    # Share of the load core taken by generator and fake model together.
    load: float
    # Calls the fake model counted.
    calls: int


@dataclass(frozen=True, slots=True)
class Weight:
    """One start of one server: seconds until ready, MiB before the first and after the last."""

    ready: float
    idle: float
    peak: float


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The medians over all rounds of a line."""

    requests: int
    rate: float
    p50: float
    p99: float
    cpu_ms: float
    calls: float
    load: float
    others: float

    @property
    def call_rate(self) -> float:
        return self.rate * self.calls


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of ours against a bar; `floor` false means the figure must stay below.

    `by_cpu` is the same ratio from processor time: what it would be on a machine with nobody else.
    """

    says: str
    figure: float
    bar: float
    unit: str = "x"
    floor: bool = True
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        return self.figure >= self.bar if self.floor else self.figure <= self.bar


def machine() -> str:
    """Where it was measured, in one line."""
    processors = Path("/proc/cpuinfo").read_text()
    model = processors.partition("model name")[2].partition(":")[2].partition("\n")[0].strip()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores ({model or platform.machine()}), {platform.system()}, {python}"


def line_figures(samples: Sequence[Sample]) -> LineFigures:
    results = [sample.result for sample in samples]
    return LineFigures(
        requests=sum(result.requests for result in results),
        rate=median(result.rate for result in results),
        p50=median(result.p50 for result in results),
        p99=median(result.p99 for result in results),
        cpu_ms=median(1000 * s.server_cpu / max(1, s.result.requests) for s in samples),
        calls=median(s.calls / max(1, s.result.requests) for s in samples),
        load=max(sample.load for sample in samples),
        others=max(sample.others for sample in samples),
    )


def weigh(weights: Sequence[Weight]) -> Weight:
    return Weight(
        ready=median(weight.ready for weight in weights),
        idle=median(weight.idle for weight in weights),
        # The highest, not the median: memory that was needed once must be there.
        peak=max(weight.peak for weight in weights),
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the first to the left, the rest to the right."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]

    def written(row: Sequence[str]) -> str:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        return "  ".join(cells).rstrip()

    ruler = "  ".join("-" * width for width in widths)
    return "\n".join([written(heads), ruler, *map(written, rows)])


def lines_table(lines: Mapping[str, LineFigures]) -> str:
    heads = ("line", "req/s", "calls/s", "p50 ms", "p99 ms", "CPU ms/req", "load core")
    rows = [
        (
            name,
            f"{f.rate:,.0f}",
            f"{f.call_rate:,.0f}" if f.calls else "-",
            f"{f.p50:.2f}",
            f"{f.p99:.2f}",
            f"{f.cpu_ms:.3f}",
            f"{f.load:.0%}",
        )
        for name, f in lines.items()
    ]
    return table(heads, rows)


def weights_table(weights: Mapping[str, Weight]) -> str:
    heads = ("server", "idle MiB", "peak MiB", "ready s")
    rows = [
        (name, f"{w.idle:.0f}", f"{w.peak:.0f}", f"{w.ready:.2f}") for name, w in weights.items()
    ]
    return table(heads, rows)


def goals_table(goals: Sequence[Goal]) -> str:
    by_cpu = any(goal.by_cpu is not None for goal in goals)
    rows: list[list[str]] = []
    for goal in goals:
        row = [goal.says, f"{goal.figure:.2f} {goal.unit}".rstrip()]
        if by_cpu:
            row.append("" if goal.by_cpu is None else f"{goal.by_cpu:.2f} {goal.unit}")
        row.append(f"{'>=' if goal.floor else '<='} {goal.bar:g} {goal.unit}".rstrip())
        rows.append([*row, "OK" if goal.met else "SHORT"])
    heads = ["ratio or figure", "measured", *(["by CPU"] if by_cpu else []), "goal", ""]
    return table(heads, rows)


def warnings(lines: Mapping[str, LineFigures], shared: bool) -> list[str]:
    """What a reader must know before believing a figure."""
    said = ["Server and load shared one core: only the ratios mean something."] if shared else []
    said += [
        f"{name}: generator and fake model used {f.load:.0%} of their core, so the server may be"
        " faster than shown: its ratio is a lower bound."
        for name, f in lines.items()
        if f.load > SATURATED
    ]
    said += [
        f"{name}: something else took {f.others:.0%} of the server's core in one round."
        for name, f in lines.items()
        if f.others > DISTURBED
    ]
    return said


def as_json(
    lines: Mapping[str, LineFigures],
    weights: Mapping[str, Weight],
    goals: Sequence[Goal],
    said: Sequence[str],
) -> str:
    return json.dumps(
        {
            "lines": {name: asdict(f) | {"call_rate": f.call_rate} for name, f in lines.items()},
            "servers": {name: asdict(w) for name, w in weights.items()},
            "goals": [asdict(goal) | {"met": goal.met} for goal in goals],
            "warnings": list(said),
        },
        indent=2,
    )
