"""What a person tells us about themselves, each fact in its own field."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from kuznia.domains.training.catalogue import items_of, kits, nearest_equipment
from kuznia.domains.training.schema.flags import Flag
from kuznia.domains.training.schema.lesson import Lesson
from kuznia.domains.training.schema.weights import WeightItem
from kuznia.forge.terms import Draft, Input

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Level = Literal["beginner", "intermediate", "advanced", "elite"]
Kind = Literal["strength", "endurance", "both"]
Aim = Literal["health", "strength", "muscle", "stamina", "power", "weight_loss"]
Sport = Literal["running", "cycling", "rowing", "swimming", "walking", "handcycling"]
EventName = Literal["5k", "10k", "half", "marathon"]
Multisport = Literal["triathlon", "duathlon", "aquathlon"]
Region = Literal["knee", "shoulder", "low_back", "wrist", "elbow", "ankle", "hip", "neck"]
Language = Literal["en", "uk"]

# A plan begins within these: calendars and their arithmetic end not far beyond.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
Number = Annotated[float, Field(allow_inf_nan=False)]
Mass = Annotated[float, Field(gt=0, le=1500, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=80)]


# With this context a kept order is read as it is: equipment known then may be gone now.
KEPT = {"kept": True}


def _known_equipment(name: str, info: ValidationInfo) -> str:
    if info.context == KEPT or items_of(name) is not None:
        return name
    near = ", ".join(nearest_equipment(name)) or ", ".join(kits())
    message = f"We do not know this equipment. The nearest: {near}."
    raise ValueError(message)


# A kit ("dumbbells", "full-gym") or a single piece ("rings").
Equipment = Annotated[Word, AfterValidator(_known_equipment)]
# More than a playbook can come to hold: every exercise there is, avoided one by one.
MAX_LESSONS = 600


class ProfileBlock(BaseModel):
    """One block of a profile. Unknown fields are refused: a typo must not pass."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Injury(ProfileBlock):
    """A region that hurts, is fresh, or was operated on."""

    region: Region
    stage: Literal["acute", "chronic", "surgery"] = "chronic"
    pain: int = Field(default=2, ge=0, le=10)
    # Since the operation.
    weeks: int | None = Field(default=None, ge=0, le=520)


class Health(ProfileBlock):
    """Health facts; `cleared` means that a doctor has said yes to training."""

    flags: tuple[Flag, ...] = Field(default=(), max_length=40)
    cleared: bool = False
    # The answer to our question about what was written: nothing else in it matters.
    explained: bool = False
    systolic: int | None = Field(default=None, ge=60, le=300)
    diastolic: int | None = Field(default=None, ge=30, le=200)
    resting_hr: int | None = Field(default=None, ge=30, le=120)
    max_hr: int | None = Field(default=None, ge=100, le=230)
    pregnancy_week: int | None = Field(default=None, ge=1, le=43)
    postpartum_weeks: int | None = Field(default=None, ge=0, le=104)
    caesarean: bool = False
    injuries: tuple[Injury, ...] = Field(default=(), max_length=8)


class Lift(ProfileBlock):
    """A known best: in the profile's weight unit, for as many repetitions as were done."""

    exercise: Word
    weight: Number = Field(ge=0.5, le=1500)
    reps: int = Field(default=1, ge=1, le=12)


class Weights(ProfileBlock):
    """Weights that are at hand, in the profile's weight unit: each one, or the heaviest."""

    item: WeightItem
    sizes: tuple[Mass, ...] = Field(default=(), max_length=20)
    up_to: Mass | None = None
    # The smallest step from one load to the next: two of the smallest plates of a bar.
    step: Mass | None = None


class Endurance(ProfileBlock):
    """Where a person's endurance stands, and what it is for."""

    sport: Sport = "running"
    event: EventName | None = None
    # A race of several sports. One sport is planned; the plan says what to do for the others.
    multisport: Multisport | None = None
    weekly_km: Number | None = Field(default=None, ge=0, le=400)
    weekly_minutes: int | None = Field(default=None, ge=0, le=3000)
    longest_km: Number | None = Field(default=None, ge=0, le=200)
    # The longest session there is room for, when one day a week has more time than the others.
    long_minutes: int | None = Field(default=None, ge=15, le=360)
    # Easy pace, minutes for a kilometre.
    pace: Number | None = Field(default=None, ge=2.5, le=20)


class Profile(ProfileBlock):
    """Who the plan is for."""

    age: int = Field(ge=1, le=110)
    sex: Literal["female", "male", "other"] | None = None
    weight: Number | None = Field(default=None, ge=1, le=900)
    weight_unit: Literal["kg", "lb"] = "kg"
    height: Number | None = Field(default=None, ge=10, le=300)
    height_unit: Literal["cm", "in"] = "cm"
    # The answer to our question: these odd numbers are meant.
    units_confirmed: bool = False
    target_weight: Number | None = Field(default=None, ge=1, le=900)
    level: Level = "beginner"
    kind: Kind = "strength"
    aim: Aim = "health"
    weeks: int = Field(default=4, ge=1, le=16)
    days: int = Field(default=3, ge=1, le=7)
    weekdays: tuple[Weekday, ...] = Field(default=(), max_length=7)
    minutes: int = Field(default=45, ge=15, le=180)
    equipment: tuple[Equipment, ...] = Field(default=("none",), max_length=40)
    weights: tuple[Weights, ...] = Field(default=(), max_length=8)
    # What a usual week holds now, in minutes of any exercise.
    current_minutes: int | None = Field(default=None, ge=0, le=3000)
    vigorous_habit: bool = False
    lifts: tuple[Lift, ...] = Field(default=(), max_length=20)
    endurance: Endurance | None = None
    health: Health = Health()
    notes: Text = ""
    start: date | None = Field(default=None, ge=EARLIEST, le=LATEST)
    language: Language = "en"


class YesNo(ProfileBlock):
    """The answer to a yes-or-no question that asks for detail."""

    boolean: bool
    text: Text = ""


Answer = YesNo | int | Number | Text | tuple[Word, ...]


class PlanInput(Input):
    """An order for a training plan. `lessons` come from the caller's own playbook, nowhere else."""

    # A profile says enough for a plan.
    prompt: str = "A training plan."
    profile: Profile
    answers: dict[Annotated[str, StringConstraints(max_length=40)], Answer] = Field(
        default_factory=dict[str, Answer], max_length=60
    )
    lessons: tuple[Lesson, ...] = Field(
        default=(),
        max_length=MAX_LESSONS,
        description="Filled from your own playbook; lessons in a request are ignored.",
    )


class PlanPerson(Draft):
    """The person a plan was made for, so that it can be changed and checked again."""

    order: PlanInput
    # The artefact this plan began as, if feedback has changed it since.
    first: str | None = None
    # Days from the beginning that are over; what is learnt later does not speak of them.
    past: int = 0
