"""Server-sent events, read from bytes as they come."""


class Events:
    """Feed it any split of a stream; it gives the data of each event that has become whole.

    Bytes stay bytes, so that a letter split between two chunks is never seen in halves. Names, ids
    and comments are passed over: nothing in this protocol is said by them.
    """

    __slots__ = ("_after_return", "_data", "_rest")

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._data: list[bytes] = []
        self._after_return = False

    def feed(self, chunk: bytes) -> list[bytes]:
        # A line may end in CR LF, and the two may come apart: the LF is then not a line of its own.
        if self._after_return and chunk:
            self._after_return = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            if chunk:
                self._rest.append(chunk)
            return []
        self._after_return = chunk[-1] == 0x0D
        self._rest.append(chunk[:end])
        lines = b"".join(self._rest).splitlines()
        self._rest = [chunk[end:]] if end < len(chunk) else []
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        whole: list[bytes] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif not line and self._data:
                whole.append(b"\n".join(self._data))
                self._data = []
        return whole
