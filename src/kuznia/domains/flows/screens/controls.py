"""A field on a page: label, hint, error message and control."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kuznia.domains.flows.schema import Format, FormField, Language
from kuznia.domains.flows.screens.element import Element, el
from kuznia.domains.flows.screens.texts import ERRORS, FORMATS, WORDS
from kuznia.domains.flows.screens.values import InvalidAnswer, accepted_endings, max_length
from kuznia.domains.flows.structure.components import MAX_RADIOS

# The keyboard a phone shows; never type=number, which drops leading zeros.
_KEYBOARD: Mapping[Format, str] = MappingProxyType(
    {
        "rnokpp": "numeric",
        "edrpou": "numeric",
        "id_card": "numeric",
        "postal_code": "numeric",
        "integer": "numeric",
        "money": "decimal",
        "kved": "decimal",
    }
)
_TYPES: Mapping[Format, str] = MappingProxyType({"email": "email", "phone": "tel"})


def hint_of(field: FormField, language: Language) -> str:
    """The hint of a field: its own, or how its format is written; and which files it accepts."""
    parts = (_own_hint(field, language), _accepted(field, language))
    return " ".join(part for part in parts if part)


def _accepted(field: FormField, language: Language) -> str:
    """The types and the size of the files that an upload accepts."""
    types = ", ".join(field.file_types).upper()
    if field.max_megabytes is None:
        return types
    size = WORDS["size"].of(language).format(megabytes=field.max_megabytes)
    return f"{types}, {size}" if types else size


def _own_hint(field: FormField, language: Language) -> str:
    if field.hint is not None:
        return field.hint.of(language)
    usual = FORMATS.get(field.format or "")
    bounds = [bound for bound in (field.low, field.high) if bound is not None]
    if field.type == "number" and len(bounds) == 2:
        return f"{field.low:g}–{field.high:g}"
    # Nobody needs a hint for a name.
    return usual.of(language) if usual is not None and field.format != "name" else ""


def error_of(field: FormField, wrong: InvalidAnswer, language: Language) -> str:
    """The error message for an invalid answer."""
    if field.error is not None and wrong.why in {"format", "missing"}:
        return field.error.of(language)
    return (
        ERRORS[wrong.why]
        .of(language)
        .format(
            label=field.label.of(language),
            hint=FORMATS[field.format].of(language) if field.format else "",
            low=f"{field.low:g}" if field.low is not None else "",
            high=f"{field.high:g}" if field.high is not None else "",
            max_length=max_length(field),
            types=", ".join(field.file_types).upper(),
        )
    )


def control(
    field: FormField, language: Language, values: Sequence[str], error: str | None
) -> Element:
    """The field with its label, hint and control; `error` is the message about `values`."""
    hint = hint_of(field, language)
    notes = [
        el("p", hint, class_="hint", id=f"{field.id}-hint") if hint else None,
        el(
            "p",
            el("span", WORDS["error-label"].of(language)),
            f" {error}",
            class_="error",
            id=f"{field.id}-error",
        )
        if error
        else None,
    ]
    named = " ".join(
        f"{field.id}-{what}" for what, text in (("hint", hint), ("error", error)) if text
    )
    label = field.label.of(language)
    if not field.required:
        label = f"{label} {WORDS['optional'].of(language)}"
    if _is_group(field):
        return _group(field, language, values, label, notes, named or None, bool(error))
    return el(
        "div",
        el("label", label, for_=field.id),
        *notes,
        _single(field, language, values, named or None, bool(error)),
        class_="field wrong" if error else "field",
    )


def _is_group(field: FormField) -> bool:
    few = field.type == "choice" and len(field.options) <= MAX_RADIOS
    return few or field.type in {"yesno", "many"}


def _group(
    field: FormField,
    language: Language,
    values: Sequence[str],
    label: str,
    notes: list[Element | None],
    named: str | None,
    wrong: bool,
) -> Element:
    options = [(option.id, option.label.of(language)) for option in field.options]
    if field.type == "yesno":
        options = [("yes", WORDS["yes"].of(language)), ("no", WORDS["no"].of(language))]
    kind = "checkbox" if field.type == "many" else "radio"
    return el(
        "fieldset",
        el("legend", label),
        *notes,
        *(
            el(
                "div",
                el(
                    "input",
                    type=kind,
                    # The error summary leads to the first option: it has the field's own id.
                    id=field.id if place == 0 else f"{field.id}-{place + 1}",
                    name=field.id,
                    value=value,
                    checked=value in values,
                    aria_invalid="true" if wrong and kind == "checkbox" else None,
                ),
                el("label", text, for_=field.id if place == 0 else f"{field.id}-{place + 1}"),
                class_="option",
            )
            for place, (value, text) in enumerate(options)
        ),
        class_="field wrong" if wrong else "field",
        aria_describedby=named,
        role="radiogroup" if kind == "radio" else None,
        aria_invalid="true" if wrong and kind == "radio" else None,
        aria_required="true" if kind == "radio" and field.required else None,
    )


def _single(
    field: FormField, language: Language, values: Sequence[str], named: str | None, wrong: bool
) -> Element:
    value = values[0] if values else ""
    invalid = "true" if wrong else None
    if field.type == "choice":
        return el(
            "select",
            el("option", WORDS["choose"].of(language), value=""),
            *(
                el(
                    "option",
                    option.label.of(language),
                    value=option.id,
                    selected=option.id == value,
                )
                for option in field.options
            ),
            id=field.id,
            name=field.id,
            aria_describedby=named,
            aria_invalid=invalid,
        )
    if field.type == "long":
        return el(
            "textarea",
            value,
            id=field.id,
            name=field.id,
            rows="5",
            maxlength=str(max_length(field)),
            aria_describedby=named,
            aria_invalid=invalid,
        )
    return el(
        "input",
        type=_type(field),
        id=field.id,
        name=field.id,
        value=None if field.type == "file" or not value else value,
        multiple=field.type == "file" and max_length(field) > 1,
        accept=accepted_endings(field) or None,
        inputmode=_KEYBOARD.get(field.format) if field.format else _mode(field),
        autocomplete=field.autocomplete,
        maxlength=str(max_length(field)) if field.type == "text" else None,
        aria_describedby=named,
        aria_invalid=invalid,
    )


def _mode(field: FormField) -> str | None:
    return "decimal" if field.type == "number" else None


def _type(field: FormField) -> str:
    if field.type in {"date", "time", "file"}:
        return field.type
    return _TYPES.get(field.format, "text") if field.format else "text"
