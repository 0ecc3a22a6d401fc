"""When an order is declined: it would do harm, or its service cannot be guessed."""

import re

from kuznia.domains.flows.planner.reading import PromptReading
from kuznia.forge.terms import Decline

# Phrases for what opens somebody's money, accounts or home. Single words are too common in
# harmless prompts.
_HARM = re.compile(
    r"\bcvv2?\b|\bcvc2?\b|\bpin[ -]?code\b|\band pin\b|пін[ -]?код|\bseed phrase|сід[ -]?фраз"
    r"|\bprivate keys?\b"
    r"|(?:номерів|дан\w{1,9}) (?:банківськ\w{1,9} |платіжн\w{1,9} |кредитн\w{1,9} )?"
    r"карт\w{1,9}"
    r"(?! транспорт| [a-zа-яіїє]{1,9}ліотек)"
    r"(?=\s*(?:,|;|\.|$|та|і|й|and|клієнт|користувач))"
    r"|(?:bank|credit|debit|payment) card (?:number|detail|data)|\bcard numbers\b"
    r"|(?:sms|смс)[ -]?(?:code|код)|код\w{0,9} (?:з|із|з-під) (?:sms|смс)|\bone[ -]time\b"
    r"|\botp\b|одноразов\w{1,9} (?:код|парол)"
    r"|(?:bank|bank's|account|email|diia)(?:ing)? passwords?|парол\w{0,9} (?:від|до|та код)"
    r"|отримати парол\w{1,9}"
    r"|фішинг|\bphish|\bscam\b|шахра|\bmalware\b|\bransom"
    r"|фейков|\bfake\b|підроб|фальшив|\bforge[drs]?\b|\bcounterfeit"
    r"|(?:looks? like|виглядає як|як у|схож\w{1,9} на)\s[^.]{0,40}(?:bank|банк|login|вхід|ді[яюї])"
    r"|(?:від імені|impersonat\w{1,9}|pretend\w{0,9} to be|on behalf of)\s[^.]{0,40}(?:bank|банк"
    r"|поліц|police|податков)"
    r"|таємно|потайки|\bsecretly\b|без (?:їхньої|її|його|нашої)? ?(?:згоди|відома)\b"
    r"|without (?:their|his|her) (?:consent|knowledge)"
    r"|вкра(?:сти|дені|дених)|\bsteal|\bstolen (?:card|data|account|password|identit|document)",
    re.IGNORECASE,
)
_QUESTIONS = {
    "uk": (
        "Яка це послуга: довідка, реєстрація, допомога, оплата, запис, звернення, дозвіл "
        "чи опитування?",
        "Хто нею користується і що отримує наприкінці?",
        "Які дані треба запитати?",
    ),
    "en": (
        "Which service is it: a certificate, registration, benefit, payment, appointment, report, "
        "permit or survey?",
        "Who uses it, and what do they get in the end?",
        "Which fields should it ask for?",
    ),
}


def declined(reading: PromptReading) -> Decline | None:
    """Why this prompt is declined, or None."""
    uk = reading.language == "uk"
    if _HARM.search(reading.text):
        return Decline(
            "HARMFUL",
            "Така послуга може зашкодити людям: не можна запитувати коди, паролі та дані карток "
            "або видавати себе за іншу особу чи установу."
            if uk
            else "Such a service could harm people: it must not ask for codes, passwords or card "
            "data, or impersonate a person or an organisation.",
        )
    if reading.kind is None:
        # Where fields are named, only the kind is missing.
        questions = _QUESTIONS[reading.language]
        return Decline(
            "NEEDS_CLARIFICATION",
            "Не зрозуміло, яка послуга потрібна."
            if uk
            else "It is not clear which service is needed.",
            questions[:1] if reading.mentions else questions,
        )
    return None
