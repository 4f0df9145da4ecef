"""RLP in the one encoding that each value has, read by whoever knows what comes (Yellow Paper, appendix B).

A reader is asked for a string, a number or a list and answers or raises `NotCanonical`. It follows the shape that
the caller asks for, so strange nesting costs nothing: a list where a string has to be is refused at its first byte.
"""

STRING = 0x80
LIST = 0xC0
LONGEST_SHORT = 55
"""A payload of more bytes has its length spelled out behind the first byte."""


class NotCanonical(Exception):
    """The bytes are not what was asked for in its shortest encoding."""


class Reader:
    """Reads ``data[start:end]`` from the front; `position` is where it stands in ``data``."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data = data
        self.position = start
        self.end = end

    def at_end(self) -> bool:
        """Whether everything was read."""
        return self.position == self.end

    def string(self) -> bytes:
        """The bytes of the next value, which has to be a string."""
        if self._first() < STRING:
            return self._take(1)
        content = self._take(self._payload(STRING))
        if len(content) == 1 and content[0] < STRING:
            raise NotCanonical("a byte that encodes itself has a length before it")
        return content

    def number(self, longest: int) -> int:
        """The next value, a number of at most ``longest`` bytes, big-endian without zero bytes before it."""
        content = self.string()
        if len(content) > longest or content[:1] == b"\0":
            raise NotCanonical("a number is too long or begins with a zero byte")
        return int.from_bytes(content, "big")

    def fixed(self, length: int) -> bytes:
        """The next value, a string of exactly ``length`` bytes."""
        content = self.string()
        if len(content) != length:
            raise NotCanonical(f"a string of {length} bytes has {len(content)}")
        return content

    def list(self) -> "Reader":
        """A reader of the next value, which has to be a list; this one goes on behind it."""
        if self._first() < LIST:
            raise NotCanonical("a string where a list has to be")
        length = self._payload(LIST)
        start = self.position
        self._skip(length)
        return Reader(self.data, start, self.position)

    def _first(self) -> int:
        if self.at_end():
            raise NotCanonical("a value is missing")
        return self.data[self.position]

    def _payload(self, kind: int) -> int:
        """Read the head of a string or list, and return how many bytes follow it."""
        short = self._take(1)[0] - kind
        if short > LONGEST_SHORT + 8:
            raise NotCanonical("a list where a string has to be")
        if short <= LONGEST_SHORT:
            return short
        spelled = self._take(short - LONGEST_SHORT)
        length = int.from_bytes(spelled, "big")
        if spelled[0] == 0 or length <= LONGEST_SHORT:
            raise NotCanonical("a length is longer than it need be")
        return length

    def _take(self, count: int) -> bytes:
        start = self.position
        self._skip(count)
        return self.data[start : self.position]

    def _skip(self, count: int) -> None:
        if count > self.end - self.position:
            raise NotCanonical("a value is cut off")
        self.position += count


def encode_list(encoded: bytes) -> bytes:
    """The encoding of a list whose values, joined in their encodings, are ``encoded``."""
    length = len(encoded)
    if length <= LONGEST_SHORT:
        return bytes([LIST + length]) + encoded
    spelled = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([LIST + LONGEST_SHORT + len(spelled)]) + spelled + encoded
