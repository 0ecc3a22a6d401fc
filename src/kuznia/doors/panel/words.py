"""The Ukrainian texts of the panel, by a page's English text or by the id of a fault's message."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from kuznia.platform.errors import Fault

Language = Literal["en", "uk"]
Say = Callable[[str], str]

_TAG = re.compile(r"\s*(en|uk)\b[^;,]*+(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")

UKRAINIAN: Mapping[str, str] = MappingProxyType(
    {
        "Admin panel": "Панель адміністратора",
        "Skip to main content": "Перейти до основного вмісту",
        "Sign in": "Увійти",
        "Sign out": "Вийти",
        "Name": "Ім'я",
        "Password": "Пароль",
        "Something went wrong": "Сталася помилка",
        "Back to the panel": "Повернутися до панелі",
        "First page": "Перша сторінка",
        "Next page": "Наступна сторінка",
        "Pages": "Сторінки",
        "Nothing to show.": "Немає даних.",
        "Find": "Знайти",
        "Confirm": "Підтвердити",
        "Overview": "Огляд",
        "State": "Стан",
        "Version": "Версія",
        "Accepts orders": "Приймає замовлення",
        "yes": "так",
        "no": "ні",
        "Database": "База даних",
        "Database schema": "Схема бази даних",
        "Redis": "Redis",
        "Model": "Модель",
        "Models": "Моделі",
        "Circuit breaker": "Запобіжник",
        "closed": "замкнений: виклики проходять",
        "open": "розімкнений: виклики зупинено",
        "half-open": "напіввідкритий: пробний виклик",
        "not configured": "не налаштовано",
        "not configured, see docs/models.md": "не налаштовано, див. docs/models.md",
        "Runs in progress": "Активні запуски",
        "Finished runs": "Завершені запуски",
        "Users": "Користувачі",
        "Name or id": "Ім'я або ідентифікатор",
        "Id": "Ідентифікатор",
        "Role": "Роль",
        "user": "користувач",
        "admin": "адміністратор",
        "active": "активний",
        "disabled": "вимкнений",
        "Created": "Створено",
        "Links": "Посилання",
        "Actions": "Дії",
        "Remove admin role": "Забрати права адміністратора",
        "Make admin": "Надати права адміністратора",
        "Enable": "Увімкнути",
        "Disable": "Вимкнути",
        "Your account": "Ваш обліковий запис",
        "API keys": "Ключі API",
        "Key": "Ключ",
        "Purpose": "Призначення",
        "Owner": "Власник",
        "Scopes": "Дозволи",
        "Valid until": "Діє до",
        "revoked": "відкликаний",
        "expired": "прострочений",
        "Revoke": "Відкликати",
        "Limits": "Обмеження",
        "Limit": "Обмеження",
        "Value": "Значення",
        "Used": "Використано",
        "Source": "Джерело",
        "Save": "Зберегти",
        "Set limits for this caller": "Задати обмеження для цього клієнта",
        "set for this caller": "задано для цього клієнта",
        "default": "типове значення",
        "no limit": "без обмеження",
        "unchanged": "без змін",
        "Spending": "Витрати",
        "Spending by day, key and model": "Витрати за днями, ключами й моделями",
        "Day": "День",
        "Calls": "Виклики",
        "without a key": "без ключа",
        "A number, a rate such as 10/minute, or dollars. `off`: no limit. `default`: server's.": ""
        "Число, частота на зразок 10/minute або сума в доларах. `off`: без обмеження. `default`: "
        "типове значення.",
        "Requests": "Запити",
        "Orders": "Замовлення",
        "Concurrent orders": "Одночасні замовлення",
        "Tokens per day": "Токенів на добу",
        "Tokens per month": "Токенів на місяць",
        "Dollars per day": "Доларів на добу",
        "Dollars per month": "Доларів на місяць",
        "Storage": "Сховище",
        "Run": "Запуск",
        "Runs": "Запуски",
        "Runs of this process": "Запуски цього процесу",
        "Jobs": "Завдання",
        "Job": "Завдання",
        "All": "Усі",
        "queued": "у черзі",
        "working": "виконується",
        "done": "виконано",
        "dead": "спроби вичерпано",
        "cancelled": "скасовано",
        "Reason": "Причина",
        "Next attempt": "Наступна спроба",
        "Ended": "Завершено",
        "Cancel": "Скасувати",
        "Requeue": "Поставити в чергу знову",
        "Webhooks": "Вебхуки",
        "Webhook": "Вебхук",
        "Host": "Хост",
        "failing": "збої доставки",
        "Failures": "Невдалі доставки поспіль",
        "Dropped": "Втрачені події",
        "Message": "Повідомлення",
        "Messages": "Повідомлення",
        "Answer": "Відповідь",
        "waiting": "очікує",
        "delivered": "доставлено",
        "Send again": "Надіслати знову",
        "Domain": "Домен",
        "Events": "Події",
        "Listeners": "Підключені клієнти",
        "in progress": "виконується",
        "Number": "Номер",
        "Event": "Подія",
        "Part": "Частина",
        "Parts": "Частини",
        "Findings": "Зауваження",
        "Artefact": "Артефакт",
        "Artefacts": "Артефакти",
        "Status": "Статус",
        "complete": "повний",
        "partial": "частковий",
        "degraded": "спрощений: модель не впоралася",
        "declined": "відхилений",
        "failed": "невдалий",
        "Declined": "Причина відмови",
        "Made by": "Хто створив",
        "model": "модель",
        "planner": "планувальник",
        "both": "модель і планувальник",
        "computed": "обчислення",
        "nobody": "не створено",
        "Wishes": "Побажання",
        "met": "виконано",
        "not possible": "неможливо",
        "unclear": "потребує відповіді",
        "not understood": "не знайдено в результаті",
        "not asked": "зайве",
        "Tokens (input + output)": "Токени (вхідні + вихідні)",
        "Cost": "Вартість",
        "Seconds": "Секунди",
        "Seconds waiting for models": "Секунди очікування моделей",
        "Attempts": "Спроби",
        "Result": "Результат",
        "accepted": "прийнято",
        "no attempts left": "спроби вичерпано",
        "no progress": "немає прогресу",
        "budget spent": "бюджет вичерпано",
        "model failed": "збій моделі",
        "deadline passed": "час вийшов",
        "another part is missing": "бракує іншої частини",
        "Checks": "Перевірки",
        "not checked": "не перевірено",
        "Calls to models": "Виклики моделей",
        "Severity": "Серйозність",
        "Code": "Код",
        "Feedback": "Відгуки",
        "Stored feedback": "Збережені відгуки",
        "Kind": "Тип",
        "Entries": "Записи",
        "Last": "Останній",
        "Settings": "Налаштування",
        "Current settings": "Поточні налаштування",
        "Setting": "Параметр",
    }
)

# By the id of a fault's message. What has no words here stays in English.
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "wrong-password": "Неправильне ім'я або пароль.",
        "too-many-attempts": "Забагато спроб входу; спробуйте пізніше.",
        "administrators-only": "Доступ лише для адміністраторів.",
        "no-such-user": "Немає користувача з таким ім'ям чи ідентифікатором.",
        "no-such-key": "Такого ключа немає.",
        "no-such-artefact": "Такого артефакту немає.",
        "no-such-job": "Такого завдання немає.",
        "job-not-requeued": "Знову поставити в чергу можна лише завдання, що завершилося без "
        "артефакту.",
        "no-such-webhook": "Такого вебхука немає.",
        "no-such-delivery": "Такого повідомлення немає.",
        "webhook-disabled": "Вебхук вимкнено; спочатку ввімкніть його.",
        "too-many-jobs": "Завдань цього клієнта в черзі вже забагато.",
        "no-such-run": "У цьому процесі такого запуску вже немає.",
        "own-account": "Змінити власний обліковий запис тут не можна: ви могли б втратити доступ.",
        "no-such-action": "Такої дії немає.",
        "foreign-form": "Форма надійшла з іншого сайту, або проксі змінив заголовок Host.",
        "form-expired": "Термін дії форми минув; оновіть сторінку.",
    }
)


def language_of(accepted: str) -> Language:
    """The language of the panel a browser prefers; English when it names none of them."""
    liked = [
        (float(match[2] or 1), match[1])
        for tag in accepted.split(",")
        if (match := _TAG.fullmatch(tag))
    ]
    best = max(liked, key=lambda tag: tag[0], default=(1.0, "en"))
    return "uk" if best[1] == "uk" and best[0] > 0 else "en"


def say_in(language: Language) -> Say:
    """A function from an English text to that of the page; a text without a translation stays."""
    return (
        (lambda words: words) if language == "en" else (lambda words: UKRAINIAN.get(words, words))
    )


def fault_in(language: Language, fault: Fault) -> str:
    """A fault's message in the language of the page, with the names it suggests."""
    words = FAULTS.get(fault.message_id) if language == "uk" else None
    if words is None:
        return fault.message
    nearest = fault.details.get("nearest")
    offered = " чи ".join(map(str, nearest)) if isinstance(nearest, list) else ""
    return f"{words} Можливо, {offered}?" if offered else words
