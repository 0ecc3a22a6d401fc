"""The steps a planned service is put together of, each with the ways it can turn out."""

from kuznia.domains.flows.schema import Fact, Fee, FormField, Kind, Option, Step, Test, Text
from kuznia.domains.flows.structure.blocks import Block, Branch, Choice, Loop
from kuznia.domains.flows.structure.registries import REGISTRIES


def both(uk: str, en: str) -> Text:
    return Text(uk=uk, en=en)


def option(name: str, uk: str, en: str) -> Option:
    return Option(id=name, label=both(uk, en))


def is_(fact: str, value: str | bool = True) -> Test:
    return Test(fact=fact, op="eq", value=value)


URGENT = FormField(
    id="urgent",
    label=both("Виконати терміново?", "Is it urgent?"),
    type="yesno",
    group="kind",
)


def another(name: str, group: str) -> FormField:
    """The question at the foot of a page that may be filled in again."""
    return FormField(id=name, label=both("Додати ще?", "Add another?"), type="yesno", group=group)


def end(name: str, uk: str, en: str, text: Text) -> Step:
    ending = "refused" if name == "refused" else "cancelled"
    return Step(id=f"end_{name}", kind="end", title=both(uk, en), text=text, ending=ending)


CANCELLED = end(
    "cancelled",
    "Заяву не подано",
    "Nothing was submitted",
    both("Ви можете повернутися будь-коли.", "You may come back at any time."),
)
UNAVAILABLE = end(
    "unavailable",
    "Сервіс тимчасово недоступний",
    "The service is not available",
    both("Спробуйте пізніше: відповіді не надіслано.", "Please try later: nothing was sent."),
)
NO_DATA = end(
    "no_data",
    "Даних не знайдено",
    "No data found",
    both(
        "Зверніться до органу, який веде реєстр, або до ЦНАПу.",
        "Please contact the authority that keeps the register.",
    ),
)
DATA_WRONG = end(
    "data_wrong",
    "Дані в реєстрі треба виправити",
    "The register has to be corrected",
    both(
        "Подайте заяву про виправлення до органу, який веде реєстр, і поверніться.",
        "Ask the authority that keeps the register to correct them, then come back.",
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


def step(name: str, kind: Kind, title: Text, **more: object) -> Step:
    return Step.model_validate({"id": name, "kind": kind, "title": title, **more})


def well_or(name: str, well: str, *ends: tuple[str, Step], otherwise: Step) -> Choice:
    """On when it went well; each other outcome to its end, and the rest to the last."""
    named = (Branch(is_(name, outcome), (to,)) for outcome, to in ends)
    return Choice((Branch(is_(name, well)), *named, Branch(None, (otherwise,))))


def authenticate(provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    one = step(
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
    return (one, well_or("sign_in", "signed_in", otherwise=CANCELLED))


def lookup(registry: str, provides: tuple[Fact, ...]) -> Step:
    name = REGISTRIES[registry].name
    return step(
        f"lookup_{registry}",
        "lookup",
        both(f"Запит: {name.uk}", f"Asking: {name.en}"),
        provides=provides,
        registry=registry,
        outcomes=(
            option("found", "Дані знайдено", "Found"),
            option("not_found", "Даних немає", "Not found"),
            option("unavailable", "Реєстр не відповідає", "No answer"),
        ),
    )


def asked_lookup(registry: str, provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    one = lookup(registry, provides)
    ends = ("not_found", NO_DATA)
    return (one, well_or(one.id, "found", ends, otherwise=UNAVAILABLE))


def eligibility(provides: tuple[Fact, ...]) -> tuple[Block, ...]:
    name = REGISTRIES["drfo"].name
    one = step(
        "lookup_drfo",
        "lookup",
        both("Перевірка права на допомогу", "Checking whether you are entitled"),
        text=both(f"За даними: {name.uk}.", f"By the {name.en}."),
        provides=provides,
        registry="drfo",
        outcomes=(
            option("eligible", "Право є", "Entitled"),
            option("not_eligible", "Права немає", "Not entitled"),
            option("unavailable", "Реєстр не відповідає", "No answer"),
        ),
    )
    return (one, well_or(one.id, "eligible", ("not_eligible", REFUSED), otherwise=UNAVAILABLE))


def slots() -> tuple[Block, ...]:
    one = step(
        "lookup_slots",
        "lookup",
        both("Пошук вільного часу", "Looking for free time"),
        outcomes=(
            option("free", "Є вільний час", "There are free slots"),
            option("none_free", "Вільного часу немає", "No free slots"),
            option("unavailable", "Розклад не відповідає", "No answer"),
        ),
    )
    return (one, well_or(one.id, "free", ("none_free", NO_SLOTS), otherwise=UNAVAILABLE))


def review(shows: tuple[str, ...]) -> tuple[Block, ...]:
    more: dict[str, object] = {"shows": shows}
    if shows:
        more["outcomes"] = (
            option("right", "Усе правильно", "All correct"),
            option("wrong", "Дані реєстру помилкові", "The register is wrong"),
        )
    one = step("review", "review", both("Перевірте відповіді", "Check your answers"), **more)
    return (one, well_or("review", "right", otherwise=DATA_WRONG)) if shows else (one,)


def consent() -> Step:
    return step("consent", "consent", both("Згода на обробку даних", "Consent to data processing"))


def sign() -> tuple[Block, ...]:
    one = step(
        "sign",
        "sign",
        both("Підпишіть заяву", "Sign the application"),
        outcomes=(
            option("signed", "Підписано", "Signed"),
            option("refused", "Не підписано", "Not signed"),
        ),
    )
    return (one, well_or("sign", "signed", otherwise=CANCELLED))


def pay(fee: int | None, *, urgent: bool = False) -> tuple[Block, ...]:
    """Paid, tried again up to three times, or left unpaid."""
    name = "pay_urgent" if urgent else "pay"
    one = step(
        name,
        "pay",
        both("Термінова оплата", "Urgent payment") if urgent else both("Оплата", "Payment"),
        fee=Fee(kopiykas=fee) if fee else None,
        outcomes=(
            option("paid", "Сплачено", "Paid"),
            option("failed", "Платіж не пройшов", "The payment failed"),
            option("cancelled", "Скасовано", "Cancelled"),
        ),
    )
    return (Loop((one,), is_(name, "failed"), 3), well_or(name, "paid", otherwise=UNPAID))


def submit() -> tuple[Block, ...]:
    one = step(
        "submit",
        "submit",
        both("Надсилання відповідей", "Sending your answers"),
        outcomes=(
            option("accepted", "Прийнято", "Accepted"),
            option("unavailable", "Система не відповідає", "No answer"),
        ),
    )
    return (one, well_or("submit", "accepted", otherwise=UNAVAILABLE))


def decision_of_office(days: int) -> Step:
    return step(
        "decision",
        "wait",
        both("Розгляд заяви", "The decision is being made"),
        who=both("рішення уповноваженого органу", "the decision of the authority"),
        days=days,
        outcomes=(
            option("approved", "Погоджено", "Approved"),
            option("returned", "Повернуто на доопрацювання", "Returned for correction"),
            option("rejected", "Відмовлено", "Rejected"),
            option("overdue", "Строк минув", "Overdue"),
        ),
    )


def other_party(days: int) -> tuple[Block, ...]:
    one = step(
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
    return (one, well_or("other_party", "confirmed", ends, otherwise=CANCELLED))


def status() -> Step:
    return step(
        "status",
        "status",
        both("Стан заяви", "Where your application is"),
        text=both(
            "Заяву прийнято. Про зміни повідомимо.", "It was accepted. You will be told of changes."
        ),
    )


def done(title: Text, text: Text) -> Step:
    return step("end_done", "end", title, text=text, ending="done")
