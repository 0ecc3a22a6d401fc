import json
import time

from bench.load import Result
from bench.report import Goal, LineFigures, Sample, Weight
from bench.soak import meanwhile, slope

from bench import report


def a_sample(requests: int = 100, seconds: float = 1.0, **more: float) -> Sample:
    result = Result(
        warmed=10,
        requests=requests,
        seconds=seconds,
        p50=more.pop("p50", 1.0),
        p90=2,
        p99=3,
        slowest=4,
        cpu=0.1,
    )
    told = {"server_cpu": 0.5, "others": 0.0, "load": 0.2, "calls": requests, **more}
    return Sample(result=result, **told)


def test_figures_are_medians_over_rounds() -> None:
    figures = report.line_figures([a_sample(100), a_sample(900), a_sample(200)])

    assert figures.rate == 200
    assert figures.requests == 1200
    assert figures.cpu_ms == 2.5
    assert figures.call_rate == 200


def test_the_worst_round_is_what_warns() -> None:
    figures = report.line_figures([a_sample(), a_sample(load=0.95, others=0.3)])

    said = report.warnings({"road": figures}, shared=False)

    assert [("lower bound" in line, "30%" in line) for line in said] == [
        (True, False),
        (False, True),
    ]


def test_a_quiet_run_warns_of_nothing() -> None:
    assert report.warnings({"road": report.line_figures([a_sample()])}, shared=False) == []


def test_the_highest_peak_counts_not_the_median() -> None:
    weights = [Weight(1, 10, 20), Weight(3, 30, 90), Weight(2, 20, 30)]

    assert report.weigh(weights) == Weight(2, 20, 90)


def test_a_goal_says_whether_it_is_met() -> None:
    goals = [Goal("fast", 5.1, 5), Goal("slow", 4.9, 5), Goal("big", 151, 150, "MiB", floor=False)]

    ends = [line.split()[-1] for line in report.goals_table(goals).splitlines()[2:]]

    assert ends == ["OK", "SHORT", "SHORT"]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    said = report.table(("a", "b"), [("long one", "1"), ("x", "1000")])

    assert said.splitlines() == [
        "a            b",
        "--------  ----",
        "long one     1",
        "x         1000",
    ]


def test_json_has_all_that_the_tables_have() -> None:
    line = report.line_figures([a_sample()])
    goals = [Goal("fast", 5.1, 5)]

    said = json.loads(report.as_json({"road": line}, {"kuznia": Weight(1, 2, 3)}, goals, ["noisy"]))

    assert said["lines"]["road"]["rate"] == 100
    assert said["servers"]["kuznia"]["peak"] == 3
    assert said["goals"][0]["met"] is True
    assert said["warnings"] == ["noisy"]


def test_the_slope_leaves_the_first_third_out() -> None:
    seen = [(0.0, 0.0), (1.0, 90.0), (2.0, 100.0), (3.0, 101.0), (4.0, 102.0), (5.0, 103.0)]

    per_second, growth = slope(seen)

    assert (round(per_second, 6), growth) == (1.0, 3.0)


def test_what_is_watched_is_seen_until_the_work_is_done() -> None:
    result, seen = meanwhile(lambda: time.sleep(0.1) or "done", lambda: 7.0, every=0.01)

    assert result == "done"
    assert 2 < len(seen) <= 10
    assert {value for _, value in seen} == {7.0}


def test_a_line_that_asks_no_model_has_no_calls() -> None:
    figures = LineFigures(requests=1, rate=10, p50=1, p99=1, cpu_ms=1, calls=0, load=0.1, others=0)

    assert report.lines_table({"hit": figures}).splitlines()[2].split()[2] == "-"
