"""The titles of a planned service, its pages and its end."""

from collections.abc import Mapping
from types import MappingProxyType

from kuznia.domains.flows.schema import Archetype, Text

TOPICS: Mapping[str, Text] = MappingProxyType(
    {
        "person": Text(uk="Про вас", en="About you"),
        "papers": Text(uk="Документи особи", en="Your documents"),
        "child": Text(uk="Дані дитини", en="About the child"),
        "family": Text(uk="Сім'я і доходи", en="Family and income"),
        "member": Text(uk="Члени сім'ї", en="Family members"),
        "partner": Text(uk="Друга сторона", en="The other party"),
        "work": Text(uk="Робота", en="Work"),
        "study": Text(uk="Навчання", en="Education"),
        "health": Text(uk="Здоров'я", en="Health"),
        "extra": Text(uk="Додатково", en="More about you"),
        "contact": Text(uk="Контактні дані", en="Contact details"),
        "place": Text(uk="Адреса", en="Address"),
        "trip": Text(uk="Поїздка", en="The trip"),
        "service": Text(uk="Послуга", en="The service"),
        "company": Text(uk="Організація", en="The organisation"),
        "business": Text(uk="Діяльність", en="The business"),
        "founder": Text(uk="Засновники", en="Founders"),
        "shop": Text(uk="Продавець", en="The seller"),
        "vehicle": Text(uk="Транспортний засіб", en="The vehicle"),
        "land": Text(uk="Ділянка", en="The land"),
        "building": Text(uk="Будівництво", en="The building"),
        "cargo": Text(uk="Вантаж", en="The load"),
        "nature": Text(uk="Природні ресурси", en="Natural resources"),
        "pet": Text(uk="Тварина", en="The animal"),
        "event": Text(uk="Подія", en="The event"),
        "payout": Text(uk="Реквізити для виплати", en="Where to pay out"),
        "account": Text(uk="За що сплата", en="What is paid for"),
        "money": Text(uk="Сума", en="The amount"),
        "slot": Text(uk="Дата і час", en="Date and time"),
        "matter": Text(uk="Суть звернення", en="The matter"),
        "opinion": Text(uk="Ваша думка", en="Your opinion"),
        "files": Text(uk="Файли", en="Files"),
        "kind": Text(uk="Спершу уточнимо", en="First of all"),
        "details": Text(uk="Подробиці", en="Details"),
    }
)

# The name of a service of this kind when its prompt gives no better one.
KINDS: Mapping[Archetype, Text] = MappingProxyType(
    {
        "certificate": Text(uk="Отримання довідки", en="Certificate request"),
        "registration": Text(uk="Реєстрація", en="Registration"),
        "benefit": Text(uk="Призначення допомоги", en="Benefit application"),
        "payment": Text(uk="Оплата", en="Payment"),
        "appointment": Text(uk="Запис на прийом", en="Appointment booking"),
        "report": Text(uk="Звернення", en="Report"),
        "permit": Text(uk="Отримання дозволу", en="Permit application"),
        "survey": Text(uk="Опитування", en="Survey"),
        "deal": Text(uk="Угода двох сторін", en="Agreement between two parties"),
    }
)

# The text of the good end.
THANKS: Mapping[Archetype, Text] = MappingProxyType(
    {
        "certificate": Text(
            uk="Довідка з'явиться в особистому кабінеті.",
            en="The certificate will be in your account.",
        ),
        "registration": Text(uk="Реєстрацію завершено.", en="You are registered."),
        "benefit": Text(
            uk="Заяву прийнято, рішення надійде в кабінет.",
            en="The application is accepted; the decision will be in your account.",
        ),
        "payment": Text(
            uk="Оплату прийнято, ось квитанція.", en="The payment is received; here is the receipt."
        ),
        "appointment": Text(
            uk="Запис підтверджено. Скасувати або перенести можна за цим номером.",
            en="Your booking is confirmed. Use this number to cancel or move it.",
        ),
        "report": Text(uk="Звернення прийнято.", en="Your report is received."),
        "permit": Text(uk="Дозвіл видано.", en="The permit is issued."),
        "survey": Text(uk="Дякуємо за відповіді.", en="Thank you for your answers."),
        "deal": Text(uk="Обидві сторони підтвердили угоду.", en="Both parties have confirmed."),
    }
)
