import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.platform.db.database import address
from kuznia.platform.errors import Fault, Invalid


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("sqlite:///data/kuznia.db", "sqlite+aiosqlite:///data/kuznia.db"),
        ("sqlite+aiosqlite:////var/k.db", "sqlite+aiosqlite:////var/k.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+psycopg://u@h:5/d", "postgresql+asyncpg://u@h:5/d"),
        ("postgresql://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
        ("postgresql://u@/d?host=/run/pg", "postgresql+asyncpg://u@/d?host=%2Frun%2Fpg"),
    ],
)
def test_an_address_is_read_as_people_write_it(given: str, read: str) -> None:
    assert address(given).render_as_string(hide_password=False) == read


@pytest.mark.parametrize(
    "given", ["", "hunter2", "mysql://u:hunter2@h/d", "sqlite://", "sqlite:///:memory:"]
)
def test_another_address_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(Invalid, match=r"^DATABASE_URL") as caught:
        address(given)

    assert "hunter2" not in str(caught.value)


@given(st.text() | st.from_regex(r"(sqlite|postgres(ql)?)(\+\w+)?://[ -~]{0,20}"))
def test_any_text_is_an_address_or_a_fault(written: str) -> None:
    try:
        read = address(written).drivername
    except Fault as fault:
        read = fault.message

    assert read.startswith(("DATABASE_URL ", "sqlite+aiosqlite", "postgresql+asyncpg"))
