"""The short form of `make chaos`: what it measures is true of this version."""

from bench.chaos import measure


def test_fifty_streams_through_a_pause_of_redis():
    rows = measure("paused")

    # How fast is a matter of the machine; that it happens at all is not.
    assert [row for row in rows if not row.kept and "within" not in row.promise] == []
    assert len(rows) == 6
