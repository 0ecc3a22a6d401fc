"""What the bench of the gate reads: tasks, samples, and verdicts."""

from bench.gate import Outcome, Solution, accused, complete, table, weak
from bench.humaneval import Task, half, samples

TASK = Task(
    3,
    "def f(a): ...",
    "f",
    "def f(a): return a",
    "def check(candidate):\n    assert candidate(2) == 2",
)
PAGE = """### Run 1
Result: Pass
```python
def f(a): return a
```
### Run 2
Result: Fail (wrong)
```python
def f(a): return 3
```
### Run 3
Result: Fail
```python
def g(a): return 3
```
"""


def test_samples_are_read_with_their_truth(tmp_path):
    (tmp_path / "a-model").mkdir()
    (tmp_path / "a-model" / "3.md").write_text(PAGE)

    right, wrong = samples(tmp_path, TASK)

    assert right == ["def f(a): return a\n"]
    assert wrong == ["def f(a): return 3\n"]


def test_a_task_has_its_cases_as_tests_and_as_calls():
    assert TASK.calls == ["f(2)"]
    assert "def test_all_cases():\n    check(f)" in TASK.good_tests
    assert [task.number for task in half([TASK], "odd")] == [3]


def test_an_outcome_is_read_by_its_reasons():
    def outcome(status: str, *reasons: str) -> Outcome:
        return Outcome(Solution(TASK, "mutant", "", is_right=False), "weak", status, reasons, True)

    outcomes = [outcome("complete"), outcome("partial", "weak-tests"), outcome("failed", "syntax")]

    assert [complete(one) for one in outcomes] == [True, False, False]
    assert [weak(one) for one in outcomes] == [False, True, False]
    assert [accused(one) for one in outcomes] == [False, False, True]
    assert "| weak | 1 of 3 (33.3%) | 1 of 3 (33.3%) |" in table(outcomes)
