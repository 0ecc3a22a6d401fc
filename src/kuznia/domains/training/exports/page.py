"""A printable page: every week with its sets by muscle as bars. No script, no network."""

from collections.abc import Iterator
from html import escape

from kuznia.domains.training.exports import words
from kuznia.domains.training.schema.plan import Day, Dose, Plan, Week

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
        "heads": ("Exercise", "Sets", "Load", "RIR", "Pause", "Done"),
        "rir": "RIR: repetitions you could still do at the end of a set. "
        "Done: what you lifted, set by set.",
    },
    "uk": {
        "week": "Тиждень",
        "volume": "Робочі підходи за м'язами",
        "minutes": "хв",
        "heads": ("Вправа", "Підходи", "Вага", "RIR", "Пауза", "Зроблено"),
        "rir": "RIR: скільки повторів ви ще могли б зробити наприкінці підходу. "
        "Зроблено: вага в кожному підході.",
    },
}
_MAX_SETS = 22.0
_STYLE = """
:root{--ink:#1a1a1a;--soft:#555;--line:#cfcfcf;--bar:#2f6f5e;--tint:#eef4f1;--ground:#fff}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1.25rem;background:var(--ground);
color:var(--ink);font:15px/1.4 system-ui,sans-serif}
h1,h2,h3,p{margin:0}h1{font-size:1.5rem}h2{font-size:1.2rem}h3{font-size:1rem}
ul{list-style:none;margin:.4rem 0;padding:0}.lead,.why{color:var(--soft)}
.why{font-size:.85rem;margin-top:.3rem}
section{margin-top:1.5rem;border-top:3px solid var(--bar);padding-top:.6rem}
.strip{display:grid;grid-template-columns:repeat(7,1fr);gap:.25rem;margin:.6rem 0;padding:0}
.strip li{border:1px solid var(--line);border-radius:.3rem;padding:.25rem .4rem;font-size:.8rem;
overflow-wrap:anywhere}
.strip .on{background:var(--tint);border-color:var(--bar)}.strip b{display:block}
.days{columns:2;column-gap:.6rem}
.day{margin-bottom:.6rem;
border:1px solid var(--line);border-radius:.4rem;padding:.5rem .65rem;break-inside:avoid}
.day h3{display:flex;justify-content:space-between;gap:.5rem;border-bottom:1px solid var(--line);
padding-bottom:.25rem;margin-bottom:.25rem}.day h3 span{font-weight:400;color:var(--soft)}
.day li{white-space:pre-wrap}
table{width:100%;border-collapse:collapse;font-size:.85rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.75rem}
th,td{padding:.2rem .35rem .2rem 0;vertical-align:top}td{border-top:1px solid #ececea}
td .why{font-size:.72rem;line-height:1.25;margin:0}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
td i{display:inline-block;width:1.25rem;height:.95rem;border:1px solid #8a8a8a;border-radius:.15rem;
margin-right:.1rem}
.bars{display:grid;grid-template-columns:repeat(2,max-content 1fr 2rem);gap:.1rem .6rem;
align-items:center;font-size:.85rem;margin-top:.3rem}.volume{margin-top:.8rem;break-inside:avoid}
meter{width:100%;height:.7rem}
meter::-webkit-meter-bar{background:#ececea;border:0;border-radius:.2rem}
meter::-webkit-meter-optimum-value{background:var(--bar)}meter::-moz-meter-bar{background:var(--bar)}
@media screen and (max-width:46rem){.days{columns:1}.strip{grid-template-columns:1fr 1fr}
.bars{grid-template-columns:max-content 1fr 2rem}}
@page{size:A4;margin:11mm}
@media print{html{font-size:13px}body{max-width:none;padding:0;font-size:.95rem;
print-color-adjust:exact}
section{break-before:page;margin-top:0}section:first-of-type{break-before:auto;margin-top:.8rem}}
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
    yield f'<p class="lead">{escape(week.goal)}</p>\n<ul class="strip">'
    for day in week.days:
        yield _glance(plan, day)
    yield '</ul>\n<div class="days">'
    for day in week.days:
        if day.kind != "rest":
            yield from _day(plan, day)
    yield "</div>"
    # Why rest matters is the same on every day of it, and is said once.
    rest = next((escape(day.reason.text) for day in week.days if day.kind == "rest"), None)
    if rest:
        yield f'<p class="why">{rest}</p>'
    yield from _bars(plan, week)
    yield f'<p class="why">{escape(week.reason.text)}</p>\n</section>'


def _name(plan: Plan, day: Day) -> str:
    date = f" {day.date:%d.%m}" if day.date else ""
    return escape(words.weekday(plan, day.day).capitalize()) + date


def _length(plan: Plan, day: Day) -> str:
    return f"{day.minutes} {_LABELS[plan.language]['minutes']}" if day.minutes else ""


def _glance(plan: Plan, day: Day) -> str:
    on = "" if day.kind == "rest" else ' class="on"'
    kind = escape(words.kind(plan, day))
    return f"<li{on}><b>{_name(plan, day)}</b>{kind}<br>{_length(plan, day)}</li>"


def _day(plan: Plan, day: Day) -> Iterator[str]:
    yield f'<article class="day">\n<h3>{_name(plan, day)}: {escape(words.kind(plan, day))}'
    yield f"<span>{_length(plan, day)}</span></h3>"
    if day.exercises:
        heads = "".join(f"<th>{head}</th>" for head in _LABELS[plan.language]["heads"])
        yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
        yield from map(_row, day.exercises)
        yield "</tbody>\n</table>"
    if day.sessions:
        lines = [line for session in day.sessions for line in words.session_lines(session)]
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
    yield f'<p class="why">{escape(day.reason.text)}</p>\n</article>'


def _row(dose: Dose) -> str:
    """One exercise, with a box to write in for each of its sets."""
    load = f"{dose.load:g} {dose.load_unit}" if dose.load is not None else "–"
    numbers = (words.amount(dose), load, str(dose.rir), f"{dose.rest} s")
    cells = "".join(f'<td class="n">{number}</td>' for number in numbers)
    boxes = f'<td class="n">{"<i></i>" * dose.sets}</td>'
    why = f'<p class="why">{escape(dose.reason.text)}</p>' if dose.reason.text else ""
    return f"<tr><td>{escape(dose.name)}{why}</td>{cells}{boxes}</tr>"


def _bars(plan: Plan, week: Week) -> Iterator[str]:
    sums = words.volume(week)
    if not sums:
        return
    yield f'<div class="volume"><h3>{_LABELS[plan.language]["volume"]}</h3>\n<div class="bars">'
    for muscle, sets in sums.items():
        name = _MUSCLES[muscle] if plan.language == "uk" else muscle.replace("_", " ")
        value = f'min="0" max="{_MAX_SETS:g}" value="{min(sets, _MAX_SETS):g}"'
        yield f'<span>{name}</span><meter {value} aria-label="{name}"></meter><span>{sets:g}</span>'
    yield "</div></div>"
