"""What the panel says in Ukrainian. The English words stand where they are said."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "uk"]
Say = Callable[[str], str]

_TAG = re.compile(r"\s*(en|uk)\b[^;,]*+(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")

UKRAINIAN: Mapping[str, str] = MappingProxyType(
    {
        "Admin panel": "Панель адміністратора",
        "Skip to main content": "Перейти до змісту",
        "Sign in": "Увійти",
        "Sign out": "Вийти",
        "Name": "Ім'я",
        "Password": "Пароль",
        "The name or the password is wrong.": "Ім'я або пароль неправильні.",
        "Too many attempts to sign in; try again later.": "Забагато спроб входу. Спробуйте згодом.",
        "This is for administrators.": "Це лише для адміністраторів.",
        "That did not work": "Не вийшло",
        "Back to the panel": "Назад до панелі",
        "There is no user with this name or id.": "Немає нікого з таким ім'ям чи ідентифікатором.",
        "Did you mean": "Можливо,",
        "There is no such key.": "Такого ключа немає.",
        "There is no such artefact.": "Такого артефакту немає.",
        "There is no such run in this process any more.": "Такого прогону тут вже немає.",
        "Somebody else must do that: you would lock yourself out.": "Це має зробити хтось інший: "
        "ви б закрили доступ собі.",
        "The form is out of date; open the page again.": "Форма застаріла; відкрийте її знову.",
        "First page": "Перша сторінка",
        "Next page": "Наступна сторінка",
        "Pages": "Сторінки",
        "There is nothing here.": "Тут нічого немає.",
        "Find": "Знайти",
        "Yes, do it": "Так, зробити",
        "State": "Стан",
        "Version": "Версія",
        "Takes orders": "Приймає замовлення",
        "yes": "так",
        "no": "ні",
        "Database": "База даних",
        "Tables": "Таблиці",
        "Redis": "Redis",
        "Model": "Модель",
        "Models": "Моделі",
        "Breaker": "Запобіжник",
        "closed": "замкнений",
        "open": "розімкнений",
        "half-open": "напіврозімкнений",
        "Runs under way": "Прогони тривають",
        "Runs that ended": "Прогони завершені",
        "Users": "Користувачі",
        "Name or id": "Ім'я або ідентифікатор",
        "Id": "Ідентифікатор",
        "Role": "Роль",
        "user": "користувач",
        "admin": "адміністратор",
        "active": "активний",
        "disabled": "вимкнений",
        "Since": "Від",
        "Theirs": "Їхнє",
        "Change": "Змінити",
        "Make a user": "Зробити користувачем",
        "Make an admin": "Зробити адміністратором",
        "Enable": "Увімкнути",
        "Disable": "Вимкнути",
        "This is you.": "Це ви.",
        "API keys": "Ключі API",
        "Key": "Ключ",
        "For": "Для чого",
        "Owner": "Власник",
        "Allows": "Дозволяє",
        "Until": "До",
        "works": "діє",
        "revoked": "відкликаний",
        "expired": "прострочений",
        "Revoke": "Відкликати",
        "Limits": "Обмеження",
        "What": "Що",
        "Limit": "Межа",
        "Used": "Використано",
        "Decided": "Вирішено",
        "Decide": "Вирішити",
        "Decide for this caller": "Вирішити для нього",
        "for this caller": "для нього",
        "as for everyone": "як для всіх",
        "unchanged": "без змін",
        "Spent": "Витрачено",
        "Spent by day, key and model": "Витрачено за днями, ключами й моделями",
        "Day": "День",
        "Calls": "Звернення",
        "signed in": "без ключа",
        "A number, or 10/minute, or dollars; `off`: no limit; `usual`: as for everyone.": "Число, "
        "або 10/minute, або долари; `off`: без межі; `usual`: як для всіх.",
        "Requests": "Запити",
        "Orders": "Замовлення",
        "Orders at once": "Замовлень водночас",
        "Tokens a day": "Токенів на день",
        "Tokens a month": "Токенів на місяць",
        "Dollars a day": "Доларів на день",
        "Bytes kept": "Збережено байтів",
        "Dollars a month": "Доларів на місяць",
        "Run": "Прогін",
        "Runs": "Прогони",
        "Runs of this process": "Прогони цього процесу",
        "Domain": "Галузь",
        "Events": "Події",
        "Listeners": "Слухачі",
        "under way": "триває",
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
        "degraded": "без моделі",
        "declined": "відмова",
        "failed": "не вдалося",
        "Declined": "Відмова",
        "Made": "Зроблено",
        "Made by": "Хто зробив",
        "model": "модель",
        "planner": "наш планувальник",
        "computed": "обчислено",
        "nobody": "ніхто",
        "Tokens": "Токени",
        "Cost": "Вартість",
        "Seconds": "Секунди",
        "Tries": "Спроби",
        "Ended": "Завершення",
        "accepted": "прийнято",
        "tries": "спроби вичерпано",
        "stalled": "без поступу",
        "budget": "бюджет вичерпано",
        "deadline": "час вийшов",
        "needs": "бракує іншої частини",
        "Checks": "Перевірки",
        "Calls to models": "Звернення до моделей",
        "Outcome": "Наслідок",
        "Severity": "Вага",
        "Code": "Код",
        "Feedback": "Відгуки",
        "What was learnt": "Що вивчено",
        "Kind": "Вид",
        "Entries": "Записи",
        "Last": "Останній",
        "Settings": "Налаштування",
        "Settings in force": "Чинні налаштування",
        "Setting": "Налаштування",
        "Value": "Значення",
    }
)


def language_of(accepted: str) -> Language:
    """The one of ours a browser likes best; English when it names neither."""
    liked = [
        (float(found[2] or 1), found[1])
        for one in accepted.split(",")
        if (found := _TAG.fullmatch(one))
    ]
    best = max(liked, key=lambda one: one[0], default=(1.0, "en"))
    return "uk" if best[1] == "uk" and best[0] > 0 else "en"


def say_in(language: Language) -> Say:
    """From the English words to those of the page; what has none stays as it is."""
    return (
        (lambda words: words) if language == "en" else (lambda words: UKRAINIAN.get(words, words))
    )
