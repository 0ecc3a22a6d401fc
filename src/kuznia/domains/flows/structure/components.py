"""The components of the Diia design system: which shows which field, and how well it fits."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from kuznia.domains.flows.schema import FieldType, FormField

# Every component code in the design system's own schema.
CODES = frozenset(
    files("kuznia.domains.flows.structure").joinpath("diia_codes.txt").read_text("utf-8").split()
)

# A choice of more options is shown as a list.
MAX_RADIOS = 7

# The components that fit a type of field; the first is the default.
FITTING: Mapping[FieldType, tuple[str, ...]] = MappingProxyType(
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
    """The component that shows a field unless another is chosen."""
    if field.type == "choice" and len(field.options) > MAX_RADIOS:
        return "selectorOrg"
    return FITTING[field.type][0]


def worth(field: FormField) -> float:
    """1 for a component that fits, 0.5 for one that does not, 0 for an unknown one."""
    if field.component is None or field.component in FITTING[field.type]:
        return 1.0
    return 0.5 if field.component in CODES else 0.0
