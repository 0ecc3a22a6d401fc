"""An artefact made from another: what became of the wishes of its prompt."""

from dataclasses import replace

from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.doors.test_wishes import WISHFUL
from tests.forge.test_run import make
from tests.makers import Note, NoteInput, a_forge, an_order

from kuznia.forge.revise import UNDONE, Revision, revise
from kuznia.forge.terms import Caller
from kuznia.forge.wishes.clauses import clauses
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.db.database import Database

ORDER = "a note on iron, on rust"


async def revised(db: Database, text: str, *, times_read: int = 2):
    """The note after a change; its order can be read so many times before time runs out."""
    readings = iter(range(times_read))

    async def read(order: NoteInput) -> NoteInput:
        if next(readings, None) is None:
            raise TimeoutError
        return order

    domain = replace(WISHFUL, read=read)
    forge = a_forge(ScriptedModel(f"note: {ORDER}"), TurnedClock(), domain=domain, db=db)
    made = await make(forge, an_order(ORDER))
    assert made["status"] == "complete"
    before = await forge.shelf.get(Caller("ivan"), made["id"])
    change = Revision(
        code="edited", part="note", parts={"note": Note(text=text)}, findings=(), checks=()
    )
    after = await revise(forge, before, change, began=forge.clock.monotonic())
    return from_json((await forge.shelf.get(Caller("ivan"), after.id)).body)


async def test_a_wish_that_a_change_undoes_is_open(db: Database):
    artefact = await revised(db, "a note on iron")

    assert artefact["status"] == "partial"
    assert [wish["why"] for wish in artefact["wishes"] if wish["outcome"] != "met"] == [UNDONE]


async def test_a_change_that_nobody_has_time_to_look_over_is_kept(db: Database):
    artefact = await revised(db, ORDER, times_read=1)

    assert artefact["parts"]["note"]["text"] == ORDER
    assert artefact["status"] == "partial"
    assert {wish["outcome"] for wish in artefact["wishes"]} == {"not_understood"}
    assert [wish["quote"] for wish in artefact["wishes"]] == [w.quote for w in clauses(ORDER)]
