"""A printable page: every week with its sets by muscle as bars. No script, no network."""

from collections.abc import Iterator
from html import escape

from kuznia.domains.training.exports import words
from kuznia.domains.training.plan import Day, Plan, Week

_MUSCLES = {
    "chest": "груди",
    "back": "спина",
    "shoulders": "плечі",
    "biceps": "біцепс",
    "triceps": "трицепс",
    "quads": "квадрицепс",
    "hamstrings": "задня стегна",
    "glutes": "сідниці",
    "calves": "литки",
    "core": "корпус",
    "lower_back": "поперек",
    "forearms": "передпліччя",
    "adductors": "привідні",
    "abductors": "відвідні",
}
_LABELS = {
    "en": {
        "week": "Week",
        "volume": "Hard sets by muscle",
        "minutes": "min",
        "rir": "RIR: repetitions you could still do at the end of a set.",
    },
    "uk": {
        "week": "Тиждень",
        "volume": "Робочі підходи за м'язами",
        "minutes": "хв",
        "rir": "RIR: скільки повторів ви ще могли б зробити наприкінці підходу.",
    },
}
_MOST_SETS = 22.0
_STYLE = """
:root{--ink:#1a1a1a;--soft:#5a5a5a;--line:#d4d4d4;--bar:#2f6f5e;--ground:#fff}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1,h2,h3{line-height:1.25}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:0}
.lead,.why{color:var(--soft)}
section{margin-top:2rem;border-top:2px solid var(--ink);padding-top:.75rem}
.days{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem}
.days{margin:.75rem 0;align-items:start}
.day{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .75rem;break-inside:avoid}
.day h3{font-size:1rem;margin:0 0 .3rem;display:flex;justify-content:space-between;gap:.5rem}
.day h3 span{font-weight:400;color:var(--soft)}ul{list-style:none;margin:0;padding:0}
li{padding:.1rem 0;white-space:pre-wrap}.why{margin:.4rem 0 0;font-size:.9rem}
.rest{background:#f6f6f4}.bars{display:grid;grid-template-columns:max-content 1fr max-content;
gap:.15rem .6rem;align-items:center;font-size:.9rem}
meter{width:100%;height:.8rem}
meter::-webkit-meter-bar{background:#ececea;border:0;border-radius:.2rem}
meter::-webkit-meter-optimum-value{background:var(--bar)}meter::-moz-meter-bar{background:var(--bar)}
@media print{body{max-width:none;padding:0;font-size:11pt}section{break-before:page}
section:first-of-type{break-before:auto}}
"""


def html(plan: Plan) -> bytes:
    """The whole plan as one page."""
    return "\n".join(_page(plan)).encode()


def _page(plan: Plan) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="{plan.language}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(plan.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f'<h1>{escape(plan.title)}</h1>\n<p class="lead">{escape(plan.summary)}</p>'
    yield "<ul>"
    yield from (f"<li>{escape(notice.text)}</li>" for notice in plan.notices)
    yield from (f"<li>{escape(offer.message)}</li>" for offer in plan.offers)
    yield "</ul>"
    if plan.kind != "endurance":
        yield f'<p class="why">{_LABELS[plan.language]["rir"]}</p>'
    for week in plan.weeks:
        yield from _week(plan, week)
    yield "</main>\n</body>\n</html>"


def _week(plan: Plan, week: Week) -> Iterator[str]:
    labels = _LABELS[plan.language]
    yield f"<section>\n<h2>{labels['week']} {week.number}: {escape(week.theme)}</h2>"
    yield f'<p class="lead">{escape(week.goal)}</p>\n<div class="days">'
    for day in week.days:
        yield from _day(plan, day)
    yield "</div>"
    yield from _bars(plan, week)
    yield f'<p class="why">{escape(week.reason.text)}</p>\n</section>'


def _day(plan: Plan, day: Day) -> Iterator[str]:
    labels = _LABELS[plan.language]
    minutes = f"{day.minutes} {labels['minutes']}" if day.minutes else ""
    date = f" {day.date:%d.%m}" if day.date else ""
    yield f'<article class="day{" rest" if day.kind == "rest" else ""}">'
    name = escape(words.weekday(plan, day.day).capitalize())
    yield f"<h3>{name}{date}<span>{minutes}</span></h3>"
    yield f"<div>{escape(words.kind(plan, day))}</div>\n<ul>"
    *told, why = words.lines(day)
    yield from (f"<li>{escape(line)}</li>" for line in told)
    yield f'</ul>\n<p class="why">{escape(why)}</p>\n</article>'


def _bars(plan: Plan, week: Week) -> Iterator[str]:
    sums = words.volume(week)
    if not sums:
        return
    yield f'<h3>{_LABELS[plan.language]["volume"]}</h3>\n<div class="bars">'
    for muscle, sets in sums.items():
        name = _MUSCLES[muscle] if plan.language == "uk" else muscle.replace("_", " ")
        value = f'min="0" max="{_MOST_SETS:g}" value="{min(sets, _MOST_SETS):g}"'
        yield f'<span>{name}</span><meter {value} aria-label="{name}"></meter><span>{sets:g}</span>'
    yield "</div>"
