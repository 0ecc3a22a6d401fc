from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.llm.sse import Events

STREAM = (
    ": a comment\r\n"
    'data: {"слово": "кузня"}\r\n\r\n'
    "event: ping\rid: 7\rdata:no space\r\r"
    "data: first\ndata: second\n\n"
    "retry: 10\n\n\n"
    "data: [DONE]\n\n"
    "data: never ended"
).encode()
EVENTS = ['{"слово": "кузня"}'.encode(), b"no space", b"first\nsecond", b"[DONE]"]


def fed(chunks: list[bytes]) -> list[bytes]:
    events = Events()
    return [data for chunk in chunks for data in events.feed(chunk)]


def split(stream: bytes, cuts: set[int]) -> list[bytes]:
    places = [0, *sorted(cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(places)]


def test_comments_names_ends_and_several_lines_are_understood():
    assert fed([STREAM]) == EVENTS


@given(st.sets(st.integers(0, len(STREAM))))
@settings(deadline=None)
def test_any_split_gives_the_same_events(cuts: set[int]):
    assert fed(split(STREAM, cuts)) == EVENTS


def test_byte_by_byte_gives_the_same_events():
    assert fed([bytes([byte]) for byte in STREAM]) == EVENTS


@given(st.lists(st.binary(max_size=20)))
@settings(deadline=None)
def test_no_bytes_make_it_raise(chunks: list[bytes]):
    assert fed(chunks) == fed([b"".join(chunks)])


def test_a_blank_line_alone_is_no_event():
    assert fed([b"\n\n\r\n\r\n"]) == []
