"""The fixed texts of the pages, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from kuznia.domains.flows.schema import Kind, Text


def _both(uk: str, en: str) -> Text:
    return Text(uk=uk, en=en)


WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "skip": _both("Перейти до змісту", "Skip to main content"),
        "error-prefix": _both("Помилка: ", "Error: "),
        "error-label": _both("Помилка:", "Error:"),
        "summary": _both("Є що виправити", "There is a problem"),
        "next": _both("Продовжити", "Continue"),
        "back": _both("Назад", "Back"),
        "change": _both("Змінити", "Change"),
        "optional": _both("(необов'язково)", "(optional)"),
        "yes": _both("Так", "Yes"),
        "no": _both("Ні", "No"),
        "choose": _both("Оберіть варіант", "Choose an option"),
        "agree": _both(
            "Погоджуюся на обробку моїх персональних даних для цієї послуги",
            "I agree that my personal data are processed for this service",
        ),
        "agree-first": _both("Позначте згоду, щоб продовжити", "Tick the consent box to continue"),
        "known": _both("Дані з реєстрів", "Data from registries"),
        "answers": _both("Ваші відповіді", "Your answers"),
        "not-given": _both("Не вказано", "Not given"),
        "reference": _both("Номер звернення", "Your reference number"),
        "preview": _both(
            "Це попередній перегляд: дані не надсилаються і не зберігаються.",
            "This is a preview: nothing is sent or stored.",
        ),
        "open": _both(
            "Побажання із замовлення, яких тут може бракувати:",
            "Wishes of the order that may be missing here:",
        ),
        "happens": _both(
            "У справжній послузі цей крок виконує інша система. Оберіть, чим він завершиться.",
            "In the real service another system performs this step. Choose its outcome.",
        ),
        "waits": _both("Очікуємо на", "We are waiting for"),
        "days": _both("Щонайбільше днів:", "Days at most:"),
        "working": _both("Щонайбільше робочих днів:", "Working days at most:"),
        "size": _both("до {megabytes} МБ", "up to {megabytes} MB"),
        "fee": _both("До сплати, грн:", "To pay, UAH:"),
        "sample": _both("зразок", "sample"),
        "more": _both("Записано раніше:", "Entered so far:"),
        "expired": _both(
            "Відповіді не вдалося прочитати, почніть спочатку.",
            "Your answers could not be read. Please start again.",
        ),
        "start-again": _both("Почати спочатку", "Start again"),
    }
)

# The months in English; Ukrainian dates are written in digits.
MONTHS = (
    "",
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

# Error messages for fields that have none of their own.
ERRORS: Mapping[str, Text] = MappingProxyType(
    {
        "missing": _both("Заповніть поле «{label}»", "Enter {label}"),
        "unchosen": _both("Оберіть відповідь: {label}", "Choose an answer: {label}"),
        "unattached": _both("Додайте файл: {label}", "Attach a file: {label}"),
        "format": _both("Перевірте поле «{label}»: {hint}", "Check {label}: {hint}"),
        "number": _both("«{label}» має бути числом", "{label} must be a number"),
        "low": _both("«{label}»: щонайменше {low}", "{label} must be at least {low}"),
        "high": _both("«{label}»: щонайбільше {high}", "{label} must be at most {high}"),
        "long": _both(
            "«{label}»: щонайбільше {max_length} знаків",
            "{label} must be {max_length} characters or fewer",
        ),
        "many": _both(
            "«{label}»: щонайбільше {max_length} файлів",
            "{label}: attach {max_length} files or fewer",
        ),
        "types": _both("«{label}»: лише файли {types}", "{label}: only {types} files"),
        "date": _both("«{label}» має бути справжньою датою", "{label} must be a real date"),
        "past": _both("«{label}» має бути в минулому", "{label} must be in the past"),
        "future": _both("«{label}» не може бути в минулому", "{label} must not be in the past"),
    }
)

# How a value of each format is written, for hints and error messages.
FORMATS: Mapping[str, Text] = MappingProxyType(
    {
        "name": _both("лише літери, апостроф і дефіс", "letters, apostrophes and hyphens only"),
        "email": _both("наприклад, name@example.com", "for example, name@example.com"),
        "phone": _both("наприклад, +380 50 123 45 67", "for example, +380 50 123 45 67"),
        "rnokpp": _both("10 цифр податкового номера", "10 digits of the taxpayer number"),
        "edrpou": _both("8 цифр коду юридичної особи", "8 digits of the company code"),
        "iban": _both("UA і 27 цифр", "UA and 27 digits"),
        "unzr": _both("РРРРММДД-NNNNN", "YYYYMMDD-NNNNN"),
        "passport": _both("дві літери і 6 цифр", "two letters and 6 digits"),
        "id_card": _both("9 цифр номера ID-картки", "9 digits of the ID card"),
        "foreign_passport": _both(
            "дві латинські літери і 6 цифр", "two Latin letters and 6 digits"
        ),
        "postal_code": _both("5 цифр", "5 digits"),
        "kved": _both("наприклад, 62.01", "for example, 62.01"),
        "plate": _both("наприклад, АА1234ВВ", "for example, AA1234BB"),
        "vin": _both("17 знаків номера кузова", "17 characters of the vehicle number"),
        "cadastral": _both(
            "наприклад, 3222485900:05:001:0024", "for example, 3222485900:05:001:0024"
        ),
        "integer": _both("ціле число", "a whole number"),
        "money": _both("сума в гривнях", "an amount in hryvnias"),
        "past": _both("дата в минулому", "a date in the past"),
        "future": _both("сьогодні або пізніше", "today or later"),
    }
)

# The label of the button that leads on, where "Continue" would say too little.
BUTTONS: Mapping[Kind, Text] = MappingProxyType(
    {
        "authenticate": _both("Увійти", "Sign in"),
        "sign": _both("Підписати", "Sign"),
        "pay": _both("Сплатити", "Pay"),
        "review": _both("Усе правильно", "All correct"),
        "consent": _both("Погоджуюся і продовжую", "Agree and continue"),
        "submit": _both("Надіслати", "Submit"),
    }
)
