"""Which component of the Diia design system shows which field, and what a given choice is worth."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from kuznia.domains.flows.schema import FieldType, FormField

# Every component code of the design system, as its own schema names them.
CODES = frozenset(
    files("kuznia.domains.flows.checks.judge").joinpath("diia_codes.txt").read_text("utf-8").split()
)

# A choice of more options than this opens as a list of its own.
FEW = 7

# By type of field: the components that can hold its answer; the first is ours.
RIGHT: Mapping[FieldType, tuple[str, ...]] = MappingProxyType(
    {
        "text": ("inputTextMlc", "inputTextMlcV2", "inputPhoneMlc", "inputPhoneCodeOrg"),
        "long": ("inputTextMlc", "inputTextMultilineMlc", "inputTextMlcV2"),
        "number": ("inputTextMlc", "inputNumberMlc", "inputNumberLargeMlc", "inputTextMlcV2"),
        "date": ("inputDateMlc", "inputDateMlcV2", "inputDateTimeOrg", "calendarOrg"),
        "time": ("inputTextMlc", "calendarOrg", "inputTextMlcV2"),
        "yesno": ("radioBtnGroupOrg", "checkboxSquareMlc", "radioBtnGroupOrgV2"),
        "choice": ("radioBtnGroupOrg", "selectorOrg", "radioBtnGroupOrgV2", "selectorOrgV2"),
        "many": ("checkboxGroupOrg",),
        "file": ("attachmentsOrg", "singleMediaUploadGroupOrg"),
    }
)


def component(field: FormField) -> str:
    """The component a field is shown with when nobody chose another."""
    if field.type == "choice" and len(field.options) > FEW:
        return "selectorOrg"
    return RIGHT[field.type][0]


def worth(field: FormField) -> float:
    """1 for a component that fits, a half for one that exists and does not, 0 for one unknown."""
    if field.component is None or field.component in RIGHT[field.type]:
        return 1.0
    return 0.5 if field.component in CODES else 0.0
