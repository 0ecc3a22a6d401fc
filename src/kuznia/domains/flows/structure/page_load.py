"""How full a page is: what each of its fields costs in attention."""

from kuznia.domains.flows.schema import FormField


def field_load(field: FormField) -> float:
    """The load that a field puts on its page; a line of text is 1."""
    match field.type:
        case "yesno":
            return 0.5
        case "date" | "long":
            return 1.5
        case "file":
            return 2.0
        case "choice" | "many":
            return 1.0 + max(0, len(field.options) - 5) / 10
        case _:
            return 2.0 if "address" in field.id else 1.0


# The load above which a page is too full.
MAX_PAGE_LOAD = 5.0
