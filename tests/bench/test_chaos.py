"""The short form of `make chaos`: what it measures is true of this version."""

from pathlib import Path

from bench.chaos import paused, place


async def test_fifty_streams_through_a_pause_of_redis(tmp_path: Path):
    async with place(tmp_path) as at:
        rows = await paused(at)

    # How fast is a matter of the machine; that it happens at all is not.
    assert [row for row in rows if not row.kept and "within" not in row.promise] == []
    assert len(rows) == 6
