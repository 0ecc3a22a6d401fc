from hypothesis import given, settings
from hypothesis import strategies as st
from tests.clocks import TurnedClock
from tests.llm.makers import an_ask

from kuznia.llm.model import Message
from kuznia.llm.token_count import estimate, estimated, most_input

texts = st.text(max_size=50)


def test_four_bytes_are_a_token_rounded_up():
    assert [estimate(text) for text in ("", "abcd", "abcde", "кузня")] == [0, 1, 2, 3]


@given(st.lists(texts, min_size=1, max_size=4), texts)
@settings(deadline=None)
def test_an_estimate_never_passes_the_bound(said: list[str], answer: str):
    ask = an_ask(TurnedClock(), messages=tuple(Message("user", text) for text in said))

    usage = estimated(ask, answer * 100)

    assert usage.input_tokens <= most_input(ask)
    assert usage.output_tokens <= ask.max_tokens


@given(texts)
@settings(deadline=None)
def test_the_bound_counts_every_byte(text: str):
    ask = an_ask(TurnedClock(), messages=(Message("user", text),))

    assert most_input(ask) >= len(text.encode())


def test_the_bound_holds_the_schema_too():
    plain = an_ask(TurnedClock())
    shaped = an_ask(TurnedClock(), schema={"type": "object", "title": "x" * 500})

    assert most_input(shaped) >= most_input(plain) + 500
