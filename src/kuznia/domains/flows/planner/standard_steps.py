"""The standard steps of a planned service, each with its outcomes."""

from kuznia.domains.flows.schema import (
    Comparison,
    Fact,
    Fee,
    FlowOption,
    FlowStep,
    FormField,
    Kind,
    Text,
)
from kuznia.domains.flows.structure.blocks import Block, Branch, ChoiceBlock, LoopBlock
from kuznia.domains.flows.structure.registries import REGISTRIES


def both(uk: str, en: str) -> Text:
    return Text(uk=uk, en=en)


def option(name: str, uk: str, en: str) -> FlowOption:
    return FlowOption(id=name, label=both(uk, en))


def equals(fact: str, value: str | bool = True) -> Comparison:
    return Comparison(fact=fact, op="eq", value=value)


def another(name: str, group: str) -> FormField:
    """The question at the end of a page that may be repeated."""
    return FormField(id=name, label=both("Додати ще?", "Add another?"), type="yesno", group=group)


def end(name: str, uk: str, en: str, text: Text) -> FlowStep:
    ending = "refused" if name == "refused" else "cancelled"
    return FlowStep(id=f"end_{name}", kind="end", title=both(uk, en), text=text, ending=ending)


CANCELLED = end(
    "cancelled",
    "Заяву не подано",
    "Nothing was submitted",
    both("Ви можете повернутися будь-коли.", "You can come back at any time."),
)
UNAVAILABLE = end(
    "unavailable",
    "Сервіс тимчасово недоступний",
    "The service is unavailable",
    both("Спробуйте пізніше: відповіді не надіслано.", "Please try again later: nothing was sent."),
)
NO_DATA = end(
    "no_data",
    "Даних не знайдено",
    "No data found",
    both(
        "Зверніться до органу, який веде реєстр, або до ЦНАПу.",
        "Please contact the authority that keeps the registry.",
    ),
)
DATA_WRONG = end(
    "data_wrong",
    "Дані в реєстрі треба виправити",
    "The registry needs a correction",
    both(
        "Подайте заяву про виправлення до органу, який веде реєстр, і поверніться.",
        "Ask the authority that keeps the registry to correct the data, then come back.",
    ),
)
REFUSED = end(
    "refused",
    "Послугу не можна надати",
    "The service cannot be provided",
    both("Умови послуги не виконуються.", "The conditions of the service are not met."),
)
UNPAID = end(
    "unpaid",
    "Оплату не здійснено",
    "The payment was not made",
    both("Гроші не списано, заяву не подано.", "No money was taken and nothing was submitted."),
)
NO_SLOTS = end(
    "no_slots",
    "Вільних місць немає",
    "No free slots",
    both("Спробуйте іншу дату або інший центр.", "Try another date or another centre."),
)


def step(name: str, kind: Kind, title: Text, **more: object) -> FlowStep:
    return FlowStep.model_validate({"id": name, "kind": kind, "title": title, **more})


def well_or(name: str, well: str, *ends: tuple[str, FlowStep], otherwise: FlowStep) -> ChoiceBlock:
    """Go on when the step went well; lead each other outcome to an end."""
    named = (Branch(equals(name, outcome), (to,)) for outcome, to in ends)
    return ChoiceBlock((Branch(equals(name, well)), *named, Branch(None, (otherwise,))))


def authenticate(provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    made = step(
        "sign_in",
        "authenticate",
        both("Підтвердьте особу", "Confirm who you are"),
        text=both("Через Дія.Підпис, BankID або КЕП.", "With Diia.Signature, BankID or a key."),
        provides=provides,
        outcomes=(
            option("signed_in", "Особу підтверджено", "Identity confirmed"),
            option("failed", "Не вдалося", "It did not work"),
        ),
    )
    return (made, well_or("sign_in", "signed_in", otherwise=CANCELLED))


def lookup(registry: str, provides: tuple[Fact, ...]) -> FlowStep:
    name = REGISTRIES[registry].name
    return step(
        f"lookup_{registry}",
        "lookup",
        both(f"Запит: {name.uk}", f"Request: {name.en}"),
        provides=provides,
        registry=registry,
        outcomes=(
            option("found", "Дані знайдено", "Found"),
            option("not_found", "Даних немає", "Not found"),
            option("unavailable", "Реєстр не відповідає", "No answer"),
        ),
    )


def asked_lookup(registry: str, provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    made = lookup(registry, provides)
    ends = ("not_found", NO_DATA)
    return (made, well_or(made.id, "found", ends, otherwise=UNAVAILABLE))


def eligibility(provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    name = REGISTRIES["drfo"].name
    made = step(
        "lookup_drfo",
        "lookup",
        both("Перевірка права на допомогу", "Eligibility check"),
        text=both(f"За даними: {name.uk}.", f"Source: {name.en}."),
        provides=provides,
        registry="drfo",
        outcomes=(
            option("eligible", "Право є", "Entitled"),
            option("not_eligible", "Права немає", "Not entitled"),
            option("unavailable", "Реєстр не відповідає", "No answer"),
        ),
    )
    return (made, well_or(made.id, "eligible", ("not_eligible", REFUSED), otherwise=UNAVAILABLE))


def slots() -> tuple[Block, ...]:
    made = step(
        "lookup_slots",
        "lookup",
        both("Пошук вільного часу", "Search for free slots"),
        outcomes=(
            option("free", "Є вільний час", "There are free slots"),
            option("none_free", "Вільного часу немає", "No free slots"),
            option("unavailable", "Розклад не відповідає", "No answer"),
        ),
    )
    return (made, well_or(made.id, "free", ("none_free", NO_SLOTS), otherwise=UNAVAILABLE))


def review(shows: tuple[str, ...]) -> tuple[Block, ...]:
    more: dict[str, object] = {"shows": shows}
    if shows:
        more["outcomes"] = (
            option("right", "Усе правильно", "All correct"),
            option("wrong", "Дані реєстру помилкові", "The registry is wrong"),
        )
    made = step("review", "review", both("Перевірте відповіді", "Check your answers"), **more)
    return (made, well_or("review", "right", otherwise=DATA_WRONG)) if shows else (made,)


def consent() -> FlowStep:
    return step("consent", "consent", both("Згода на обробку даних", "Consent to data processing"))


def sign() -> tuple[Block, ...]:
    made = step(
        "sign",
        "sign",
        both("Підпишіть заяву", "Sign the application"),
        outcomes=(
            option("signed", "Підписано", "Signed"),
            option("refused", "Не підписано", "Not signed"),
        ),
    )
    return (made, well_or("sign", "signed", otherwise=CANCELLED))


def pay(fee: int | None) -> tuple[Block, ...]:
    """A payment: made, tried up to three times, or not made."""
    made = pay_step("pay", Fee(kopiykas=fee) if fee else None)
    return (
        LoopBlock((made,), equals("pay", "failed"), 3),
        well_or("pay", "paid", otherwise=UNPAID),
    )


def pay_step(name: str, fee: Fee | None) -> FlowStep:
    return step(
        name,
        "pay",
        both("Оплата", "Payment"),
        fee=fee,
        outcomes=(
            option("paid", "Сплачено", "Paid"),
            option("failed", "Платіж не пройшов", "The payment failed"),
            option("cancelled", "Скасовано", "Cancelled"),
        ),
    )


def submit() -> tuple[Block, ...]:
    made = step(
        "submit",
        "submit",
        both("Надсилання відповідей", "Sending your answers"),
        outcomes=(
            option("accepted", "Прийнято", "Accepted"),
            option("unavailable", "Система не відповідає", "No answer"),
        ),
    )
    return (made, well_or("submit", "accepted", otherwise=UNAVAILABLE))


def office(
    name: str,
    who: Text,
    days: int | None,
    approved: Text | None = None,
    rejected: Text | None = None,
) -> FlowStep:
    """Somebody named in the prompt who checks, approves or decides, with the prompt's outcomes."""
    return step(
        name,
        "wait",
        both("Розгляд заяви", "Waiting for the decision"),
        who=who,
        days=days,
        outcomes=(
            FlowOption(id="approved", label=approved or both("Погоджено", "Approved")),
            FlowOption(id="rejected", label=rejected or both("Відмовлено", "Rejected")),
            *((option("overdue", "Строк минув", "Overdue"),) if days else ()),
        ),
    )


def decision_of_office(name: str, days: int, who: Text | None = None) -> FlowStep:
    return step(
        name,
        "wait",
        both("Розгляд заяви", "Waiting for the decision"),
        who=who or both("рішення уповноваженого органу", "the decision of the authority"),
        days=days,
        outcomes=(
            option("approved", "Погоджено", "Approved"),
            option("returned", "Повернуто на доопрацювання", "Returned for correction"),
            option("rejected", "Відмовлено", "Rejected"),
            option("overdue", "Строк минув", "Overdue"),
        ),
    )


def other_party(days: int) -> tuple[Block, ...]:
    made = step(
        "other_party",
        "wait",
        both("Підтвердження другої сторони", "Confirmation by the other party"),
        who=both("другу сторону", "the other party"),
        days=days,
        outcomes=(
            option("confirmed", "Підтверджено", "Confirmed"),
            option("declined", "Відхилено", "Declined"),
            option("overdue", "Строк минув", "Overdue"),
        ),
    )
    ends = ("declined", REFUSED)
    return (made, well_or("other_party", "confirmed", ends, otherwise=CANCELLED))


def status() -> FlowStep:
    return step(
        "status",
        "status",
        both("Стан заяви", "Status of your application"),
        text=both(
            "Заяву прийнято. Ми повідомимо про зміни.",
            "Your application was accepted. We will notify you of changes.",
        ),
    )


def done(title: Text, text: Text) -> FlowStep:
    return step("end_done", "end", title, text=text, ending="done")
