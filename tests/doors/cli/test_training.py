"""`kuznia training feedback`, `log` and `lessons`, about a plan made on this machine."""

import json
from pathlib import Path

from tests.doors.cli.conftest import Kuznia

PROFILE = '{"age": 34, "days": 3, "equipment": ["dumbbells"], "weeks": 2}'


def test_a_plan_is_changed_by_words_and_by_a_logged_session(kuznia: Kuznia, tmp_path: Path) -> None:
    made = json.loads(kuznia("make", "plan", "--profile", PROFILE, "--json").stdout)
    days = made["parts"]["plan"]["weeks"][0]["days"]
    day = next(day for day in days if day["exercises"])
    first = day["exercises"][0]

    assert "Nothing has been learnt" in kuznia("training", "lessons").stdout
    changed = kuznia("training", "feedback", made["id"], f"no more {first['name']} please")
    assert changed.exit_code == 0, changed.output
    assert "done. No more" in changed.stdout
    assert "The revised plan is" in changed.stdout
    asked = kuznia("training", "feedback", made["id"], f"remove {first['name']}? never")
    assert "please say it again" in asked.stdout
    assert "The plan stays as it is." in asked.stdout
    assert first["name"] in kuznia("training", "lessons").stdout

    done = {"exercise": first["id"], "reps": [8, 8], "rir": 2}
    (tmp_path / "s.json").write_text(json.dumps({"week": 1, "day": day["day"], "entries": [done]}))
    logged = kuznia("training", "log", made["id"], "s.json")
    assert logged.exit_code == 0, logged.output
    assert kuznia("training", "log", made["id"], "s.json").exit_code != 0


def test_what_cannot_be_used_says_why(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{")

    assert "cannot be read" in kuznia("training", "log", "a", "none.json").stderr
    assert "is not JSON" in kuznia("training", "log", "a", "s.json").stderr
    assert kuznia("training", "feedback", "none", "no squats").exit_code != 0
