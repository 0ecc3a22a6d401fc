"""Field formats: the vectors of the research, and what typing does to them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.flows.structure.formats import (
    EXAMPLES,
    PATTERNS,
    birth_of,
    fits,
    read_date,
    tidy,
)

GOOD = {
    "rnokpp": "3301212310 3135345620 3689100711 2343599925 3184710691 1759013776 1000000000",
    "edrpou": "14360570 20077720 21560045 21322127 40075815 31316718 37508470 00015622 43395033 "
    "43220851 00032112 00032129 09807750 32855961 10000062 30000005 12345678",
    "iban": "UA743052990000026007233566001 UA213223130000026007233566001 "
    "UA738201720000031250201100000 UA213996220000026007233566001",
    "unzr": "19910824-00026 19900520-01238 19851103-45674 20010101-00016",
    "passport": "АА123456 ЇҐ000001",
    "id_card": "123456789",
    "foreign_passport": "FA123456",
    "phone": "+380501234567",
    "postal_code": "01001",
    "kved": "62.01 01.11 99.00",
    "plate": "AA1234BB",
    "vin": "WVWZZZ1JZXW000001",
    "cadastral": "3222485900:05:001:0024",
    "email": "name@example.com a.b+c@sub.example.ua",
    "name": "Надія О'Коннор Anna-Maria",
}
BAD = {
    "rnokpp": "1234567890 1759013770 12345 0000000000 3301212311 ٣٣٠١٢١٢٣١٠",
    "edrpou": "41926064 87654321 1436057 143605700",
    "iban": "UA743052990000026007233566002 UA74 DE743052990000026007233566001",
    "unzr": "19910824-00025 19910832-00026 19911324-00026",
    "passport": "AA123456 АА12345 ЫЫ123456",
    "id_card": "12345678 1234567890",
    "foreign_passport": "АА123456 A1234567",
    "phone": "+380001234567 +38050123456 +48501234567",
    "postal_code": "00000 0100 010011",
    "kved": "00.11 6201 62.1",
    "plate": "AA123BB ZZ1234QQ",
    "vin": "WVWZZZ1JZXW00000I 123",
    "cadastral": "3222485900:05:001:24",
    "email": "name@ @example.com name@example name@.com a@b@c.com",
    "name": "1234 <b> -x",
}


def each(table):
    return [(name, value) for name, values in table.items() for value in values.split()]


@pytest.mark.parametrize(("format_", "value"), each(GOOD))
def test_a_true_value_fits(format_, value) -> None:
    assert fits(value, format_)


@pytest.mark.parametrize(("format_", "value"), each(BAD))
def test_a_value_that_cannot_be_does_not_fit(format_, value) -> None:
    assert not fits(value, format_)


@pytest.mark.parametrize("format_", PATTERNS)
def test_a_line_break_is_not_let_through(format_) -> None:
    assert not fits(EXAMPLES[format_] + "\n", format_)


@pytest.mark.parametrize("format_", PATTERNS)
def test_the_example_of_a_format_fits_it(format_) -> None:
    assert fits(EXAMPLES[format_], format_)
    assert tidy(EXAMPLES[format_], format_) == EXAMPLES[format_]


@pytest.mark.parametrize(
    ("format_", "typed", "meant"),
    [
        ("phone", "050 123-45-67", "+380501234567"),
        ("phone", "380501234567", "+380501234567"),
        ("phone", "+38 (050) 123 45 67", "+380501234567"),
        ("plate", "аа 1234 вв", "AA1234BB"),
        ("iban", "ua74 3052 9900 0002 6007 2335 6600 1", "UA743052990000026007233566001"),
        ("passport", "аа 123456", "АА123456"),
        ("name", "О\u02bcКоннор", "О'Коннор"),
        ("name", "О\u2019Коннор", "О'Коннор"),
        ("email", " a@b.ua ", "a@b.ua"),
        ("rnokpp", "330 121 2310", "3301212310"),
        (None, "  two  words ", "two words"),
    ],
)
def test_what_was_typed_is_put_right(format_, typed, meant) -> None:
    assert tidy(typed, format_) == meant


def test_what_has_no_format_fits() -> None:
    assert fits("anything", None)


@pytest.mark.parametrize(
    ("code", "born", "sex"),
    [
        ("3301212310", date(1990, 5, 20), "m"),
        ("3135345620", date(1985, 11, 3), "f"),
        ("3689100711", date(2001, 1, 1), "m"),
        ("2343599925", date(1964, 2, 29), "f"),
    ],
)
def test_a_taxpayer_number_tells_the_date_of_birth(code, born, sex) -> None:
    assert birth_of(code) == (born, sex)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("2/1/2026", date(2026, 1, 2)),
        ("31.02.2026", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_a_date_is_read(written, meant) -> None:
    assert read_date(written) == meant


@given(st.text(max_size=40), st.sampled_from([*PATTERNS, None]))
def test_nothing_typed_breaks_a_check(value, format_) -> None:
    tidied = tidy(value, format_)

    assert isinstance(fits(tidied, format_), bool)
    assert tidy(tidied, format_) == tidied


@given(st.integers(0, 10**9 - 1))
def test_of_ten_check_digits_one_at_most_is_right(stem) -> None:
    good = [digit for digit in range(10) if fits(f"{stem:09}{digit}", "rnokpp")]

    assert len(good) == (0 if stem == 0 else 1)
