"""Section 6: UTF-8 (after Markus Kuhn's stress test)."""
from rules import StillOpen, echoed, failed, text
from wire import CONTINUATION, TEXT, fragments, frame, header, masked

GREEK = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
LATIN = "Hello-µ@ßöäüàá-UTF-8!!".encode()


def fragmented():
    """6.1 and 6.2: empty fragments; fragments that end within a code point."""
    middle = b"middle frame payload"
    yield echoed("6.1.1", [frame(TEXT)], [text(b"")])
    nothing = [frame(TEXT, fin=False), frame(CONTINUATION, fin=False), frame(CONTINUATION)]
    yield echoed("6.1.2", nothing, [text(b"")])
    yield echoed("6.1.3", [nothing[0], frame(CONTINUATION, middle, fin=False), nothing[2]], [text(middle)])
    yield echoed("6.2.1", [frame(TEXT, LATIN)], [text(LATIN)])
    half = len("Hello-µ@ßöä".encode())
    yield echoed("6.2.2", fragments(TEXT, LATIN, half), [text(LATIN)])
    yield echoed("6.2.3", fragments(TEXT, LATIN, 1), [text(LATIN)])
    yield echoed("6.2.4", fragments(TEXT, GREEK, 1), [text(GREEK)])


def fail_fast():
    """6.3 and 6.4: the connection is failed at the first impossible byte, not at the end of the message."""
    surrogate = GREEK + b"\xed\xa0\x80" + b"edited"
    yield failed("6.3.1", [frame(TEXT, surrogate)], 1007)
    yield failed("6.3.2", fragments(TEXT, surrogate, 1), 1007)
    # U+110000. What follows the second part is never sent: the server has to close without it.
    beyond = GREEK + b"\xf4\x90\x80\x80" + b"edited"
    for number, (begin, end) in enumerate([(11, 15), (12, 13)], 1):
        first = frame(TEXT, beyond[:begin], fin=False)
        second = frame(CONTINUATION, beyond[begin:end], fin=False)
        yield failed(f"6.4.{number}", [first, StillOpen(), second], 1007)
        key = b"\x0b\xad\xca\xfe"
        hidden = masked(beyond, key)
        begun = header(TEXT, len(beyond), key) + hidden[:begin]
        yield failed(f"6.4.{number + 2}", [begun, StillOpen(), hidden[begin:end]], 1007)


def _prefixes(whole):
    for end in range(1, len(whole) + 1):
        try:
            whole[:end].decode()
            yield True, whole[:end]
        except UnicodeDecodeError:
            yield False, whole[:end]


def _lonely_starts():
    for first, end in ((0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD)):
        yield b"".join(bytes([start, 0x20]) for start in range(first, end))


def _non_characters():
    yield from (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
    for plane in range(1, 17):
        for last in (0xFFFE, 0xFFFF):
            yield chr(plane << 16 | last).encode()


CUT_SHORT = [
    b"\xc0",
    b"\xe0\x80",
    b"\xf0\x80\x80",
    b"\xf8\x80\x80\x80",
    b"\xfc\x80\x80\x80\x80",
    b"\xdf",
    b"\xef\xbf",
    b"\xf7\xbf\xbf",
    b"\xfb\xbf\xbf\xbf",
    b"\xfd\xbf\xbf\xbf\xbf",
]


def valid(*texts):
    return [(True, each) for each in texts]


def invalid(*texts):
    return [(False, each) for each in texts]


#: From 6.5 on, each with whether it is valid.
SEQUENCES = [
    valid(b"hello\x24world", b"hello\xc2\xa2world", b"hello\xe2\x82\xacworld", b"hello\xf0\xa4\xad\xa2world", GREEK),
    list(_prefixes(GREEK)),
    # The first and the last sequence of each length; five and six bytes are no UTF-8.
    valid(b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"),
    invalid(b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"),
    valid(b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),
    invalid(b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"),
    # Beside the surrogates, and at the upper end.
    valid(b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf") + invalid(b"\xf4\x90\x80\x80"),
    # Continuation bytes without a start.
    invalid(b"\x80", b"\xbf", *((b"\x80\xbf" * 3)[:n] for n in range(2, 7)), bytes(range(0x80, 0xBF))),
    invalid(*_lonely_starts()),
    invalid(*CUT_SHORT),
    invalid(b"".join(CUT_SHORT)),
    invalid(b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"),
    # Overlong: of '/', the largest of each length, of NUL.
    invalid(b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"),
    invalid(
        b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"
    ),
    invalid(b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"),
    # Surrogates, single and in pairs.
    invalid(*(b"\xed" + tail for tail in (b"\xa0\x80", b"\xad\xbf", b"\xae\x80", b"\xaf\xbf"))) +
    invalid(*(b"\xed" + tail for tail in (b"\xb0\x80", b"\xbe\x80", b"\xbf\xbf"))),
    invalid(
        *(
            b"\xed" + high + b"\xed" + low
            for high in (b"\xa0\x80", b"\xad\xbf", b"\xae\x80", b"\xaf\xbf")
            for low in (b"\xb0\x80", b"\xbf\xbf")
        )
    ),
    # Non-characters and specials are valid.
    valid(*_non_characters()),
    valid(*(chr(0xFFF9 + n).encode() for n in range(7))),
]


def sequences():
    for section, rows in enumerate(SEQUENCES, 5):
        for number, (is_valid, payload) in enumerate(rows, 1):
            name = f"6.{section}.{number}"
            if is_valid:
                yield echoed(name, [frame(TEXT, payload)], [text(payload)])
            else:
                yield failed(name, [frame(TEXT, payload)], 1007)
