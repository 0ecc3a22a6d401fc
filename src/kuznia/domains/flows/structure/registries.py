"""The registers a service may query: their names, and what they know about an applicant."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kuznia.domains.flows.schema import Text


@dataclass(frozen=True, slots=True)
class Registry:
    """A register; `needs` tells whether it is queried by a person's identity or by a number."""

    id: str
    name: Text
    needs: Literal["auth", "key"]
    facts: tuple[str, ...]


_ALL = (
    Registry(
        "eddr",
        Text(uk="Єдиний державний демографічний реєстр", en="State Demographic Register"),
        "auth",
        (
            "last_name",
            "first_name",
            "middle_name",
            "birth_date",
            "birth_place",
            "sex",
            "citizenship",
            "unzr",
            "passport",
            "id_card",
        ),
    ),
    Registry(
        "drfo",
        Text(uk="Державний реєстр фізичних осіб ДПС", en="Tax Service register of persons"),
        "auth",
        ("rnokpp", "income", "tax_debt"),
    ),
    Registry(
        "rtg",
        Text(uk="реєстр територіальної громади", en="register of the local community"),
        "auth",
        ("registration_address",),
    ),
    Registry(
        "dracs",
        Text(uk="Реєстр актів цивільного стану", en="Civil Status Register"),
        "auth",
        ("marital_status",),
    ),
    Registry(
        "ertz",
        Text(uk="Єдиний реєстр транспортних засобів", en="Vehicle Register"),
        "auth",
        ("car_make", "car_model", "car_year", "car_colour"),
    ),
    Registry(
        "drrp",
        Text(uk="Реєстр речових прав на нерухоме майно", en="Property Rights Register"),
        "auth",
        ("owned_property",),
    ),
    Registry(
        "vpo",
        Text(uk="база внутрішньо переміщених осіб", en="displaced persons database"),
        "auth",
        ("vpo_number",),
    ),
    Registry(
        "pfu",
        Text(uk="реєстр Пенсійного фонду", en="Pension Fund register"),
        "auth",
        ("pension_number",),
    ),
    Registry(
        "edr",
        Text(uk="Єдиний державний реєстр", en="State Register of Companies"),
        "key",
        ("company_name", "company_address", "company_status", "company_head"),
    ),
    Registry(
        "treasury",
        Text(uk="реєстр нарахувань Казначейства", en="Treasury register of charges"),
        "key",
        ("amount_due",),
    ),
)

REGISTRIES: Mapping[str, Registry] = MappingProxyType({registry.id: registry for registry in _ALL})

# What an identified person must not be asked, because a register knows it.
KNOWN: Mapping[str, str] = MappingProxyType(
    {fact: registry.id for registry in _ALL if registry.needs == "auth" for fact in registry.facts}
)
