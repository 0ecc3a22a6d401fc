import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.platform.db.database import read_engine
from kuznia.platform.settings.values import DatabaseUrl


def rendered(text: str) -> str:
    """The address as it reaches the driver."""
    engine = read_engine(DatabaseUrl.read(text))
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h:5/x", "postgresql+asyncpg://u:p@h:5/x"),
        ("postgresql://u:a%2Fb%40c@h/d", "postgresql+asyncpg://u:a%2Fb%40c@h/d"),
        ("postgresql+psycopg://u@h:5/d", "postgresql+asyncpg://u@h:5/d"),
        ("postgresql://[::1]:5/d", "postgresql+asyncpg://[::1]:5/d"),
        ("postgresql://h/x?sslmode=require&a=b", "postgresql+asyncpg://h/x?a=b&ssl=require"),
        ("postgresql://u@/d?host=/run/pg", "postgresql+asyncpg://u@/d?host=%2Frun%2Fpg"),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, read: str) -> None:
    assert rendered(text) == read


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:///data/kuznia.db", "data/kuznia.db"),
        ("sqlite+aiosqlite:////var/k.db", "/var/k.db"),
    ],
)
def test_an_embedded_database_is_a_file(text: str, path: str) -> None:
    url = DatabaseUrl.read(text)

    assert (url.is_sqlite, url.database) == (True, path)


def test_an_address_is_shown_without_its_password() -> None:
    url = DatabaseUrl.read("postgresql://ivan:hunter2@h:5/d?password=hunter2")

    assert str(url) == "postgresql://h:5/d"
    assert "hunter2" not in repr(url)


@pytest.mark.parametrize(
    "text", ["", "hunter2", "mysql://u:hunter2@h/d", "sqlite://", "sqlite:///:memory:"]
)
def test_another_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected") as caught:
        DatabaseUrl.read(text)

    assert "hunter2" not in str(caught.value)


@given(st.text() | st.from_regex(r"(sqlite|postgres(ql)?)(\+\w+)?://[ -~]{0,20}"))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        read = DatabaseUrl.read(text).dialect
    except ValueError as error:
        read = str(error)

    assert read.startswith(("sqlite", "postgresql", "expected", "use three", "the address"))
