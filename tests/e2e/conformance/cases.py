"""Sections 1 to 5, 7, 9 and 10, numbered as in the Autobahn suite."""
import wire
from rules import Await, Case, Chopped, binary, echoed, failed, pong, text
from wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_frame, fragments, frame

HELLO = b"Hello, world!"
NOT_TEXT = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
KIB, MIB = 1 << 10, 1 << 20


def filled(pattern, length):
    return (pattern * (length // len(pattern) + 1))[:length]


def framing():
    """1: payloads of every length form, text and binary."""
    lengths = [0, 125, 126, 127, 128, 65535, 65536]
    for section, opcode, made, fill in (("1.1", TEXT, text, b"*"), ("1.2", BINARY, binary, b"\xfe")):
        for number, length in enumerate(lengths, 1):
            yield echoed(f"{section}.{number}", [frame(opcode, fill * length)], [made(fill * length)])
        long = fill * 65536
        yield echoed(f"{section}.8", [Chopped(frame(opcode, long), 997)], [made(long)])


def pings():
    """2: pings are answered with their payload, pongs not at all."""
    full = b"\xfe" * 125
    yield echoed("2.1", [frame(PING)], [pong()])
    yield echoed("2.2", [frame(PING, HELLO)], [pong(HELLO)])
    yield echoed("2.3", [frame(PING, NOT_TEXT)], [pong(NOT_TEXT)])
    yield echoed("2.4", [frame(PING, full)], [pong(full)])
    yield failed("2.5", [frame(PING, full + b"\xfe")])
    yield echoed("2.6", [Chopped(frame(PING, full), 1)], [pong(full)])
    yield echoed("2.7", [frame(PONG)], [])
    yield echoed("2.8", [frame(PONG, b"unsolicited pong payload")], [])
    asked = b"ping payload"
    yield echoed("2.9", [frame(PONG, b"unsolicited pong payload"), frame(PING, asked)], [pong(asked)])
    many = [b"payload-%d" % i for i in range(10)]
    yield echoed("2.10", [frame(PING, each) for each in many], [pong(each) for each in many])
    yield echoed("2.11", [Chopped(frame(PING, each), 1) for each in many], [pong(each) for each in many])


def after_a_message(name, offence, chop=None):
    """A message that is echoed, then an offence; the ping behind it must not be answered."""
    frames = [frame(TEXT, HELLO), offence, frame(PING)]
    if chop == 0:  # all in one segment
        frames = [b"".join(frames)]
    elif chop:
        frames = [Chopped(each, chop) for each in frames]
    return failed(name, frames, expected=[text(HELLO)])


def reserved_bits():
    """3"""
    yield failed("3.1", [frame(TEXT, HELLO, rsv=1)])
    yield after_a_message("3.2", frame(TEXT, HELLO, rsv=2), chop=0)
    yield after_a_message("3.3", frame(TEXT, HELLO, rsv=3))
    yield after_a_message("3.4", frame(TEXT, HELLO, rsv=4), chop=1)
    yield failed("3.5", [frame(BINARY, NOT_TEXT, rsv=5)])
    yield failed("3.6", [frame(PING, HELLO, rsv=6)])
    yield failed("3.7", [frame(CLOSE, rsv=7)])


def reserved_opcodes():
    """4"""
    for section, first in (("4.1", 3), ("4.2", 11)):
        yield failed(f"{section}.1", [frame(first)])
        yield failed(f"{section}.2", [frame(first + 1, b"reserved opcode payload")])
        yield after_a_message(f"{section}.3", frame(first + 2), chop=0)
        yield after_a_message(f"{section}.4", frame(first + 3, HELLO), chop=0)
        yield after_a_message(f"{section}.5", frame(first + 4, HELLO), chop=1)


def in_three_ways(names, frames, make):
    """The same frames in one segment, frame by frame, and byte by byte."""
    yield make(names[0], [b"".join(frames)])
    yield make(names[1], frames)
    yield make(names[2], [Chopped(each, 1) for each in frames])


def fragmentation():
    """5"""
    one, two = frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")
    whole = [text(b"fragment1fragment2")]
    asked = b"ping payload"
    yield failed("5.1", [frame(PING, b"fragment1", fin=False), two])
    yield failed("5.2", [frame(PONG, b"fragment1", fin=False), two])
    yield from in_three_ways(["5.3", "5.4", "5.5"], [one, two], lambda n, s: echoed(n, s, whole))
    between = [one, frame(PING, asked), two]
    with_pong = [pong(asked), *whole]
    yield from in_three_ways(["5.6", "5.7", "5.8"], between, lambda n, s: echoed(n, s, with_pong))
    for names, fin in ((["5.9", "5.10", "5.11"], True), (["5.12", "5.13", "5.14"], False)):
        lonely = frame(CONTINUATION, b"non-continuation payload", fin=fin)
        yield from in_three_ways(names, [lonely, frame(TEXT, HELLO)], failed)
    lonely = frame(CONTINUATION, b"fragment3", fin=False)
    yield failed("5.15", [one + two + lonely + frame(TEXT, b"fragment4")], expected=whole)
    for name, fin in (("5.16", False), ("5.17", True)):
        round_ = frame(CONTINUATION, b"fragment1", fin=fin) + frame(TEXT, b"fragment2", fin=False)
        yield failed(name, [(round_ + frame(CONTINUATION, b"fragment3")) * 2])
    yield failed("5.18", [one + frame(TEXT, b"fragment2")])
    yield from pings_between_fragments()


def pings_between_fragments():
    parts = [b"fragment%d" % i for i in range(1, 6)]
    calls = [b"pongme 1!", b"pongme 2!"]
    first = [frame(TEXT, parts[0], fin=False), frame(CONTINUATION, parts[1], fin=False), frame(PING, calls[0])]
    second = [frame(CONTINUATION, part, fin=False) for part in parts[2:4]]
    second += [frame(PING, calls[1]), frame(CONTINUATION, parts[4])]
    expected = [pong(calls[0]), pong(calls[1]), text(b"".join(parts))]
    # The first pong has to come while the message is still open.
    yield echoed("5.19", [b"".join(first), Await(1), b"".join(second)], expected)
    yield echoed("5.20", [*first, Await(1), *second], expected)


def closing():
    """7.1 to 7.5: the close handshake. What follows a close frame is ignored, and so is what it interrupts."""
    normal = close_frame(1000)
    yield echoed("7.1.1", [frame(TEXT, b"Hello World!")], [text(b"Hello World!")])
    for name, later in (("7.1.2", frame(CLOSE)), ("7.1.3", frame(PING)), ("7.1.4", frame(TEXT, b"Hello World!"))):
        yield Case(name, [], [], {1000}, normal + later)
    unfinished = frame(TEXT, b"fragment1", fin=False)
    yield Case("7.1.5", [unfinished], [], {1000}, normal + frame(CONTINUATION, b"fragment2"))
    long = filled(b"BAsd7&jh23", 256 * KIB)
    steps = [frame(TEXT, long) + frame(TEXT, b"Hello World!") + normal + frame(PING)]
    yield Case("7.1.6", steps, [text(long), text(b"Hello World!")], {1000})
    # A close frame without a code is answered with a normal close.
    yield Case("7.3.1", [], [], {1000}, close_frame())
    yield Case("7.3.2", [], [], {1002}, frame(CLOSE, b"a"))
    yield Case("7.3.3", [], [], {1000}, normal)
    yield Case("7.3.4", [], [], {1000}, close_frame(1000, b"Hello World!"))
    yield Case("7.3.5", [], [], {1000}, close_frame(1000, b"*" * 123))
    yield Case("7.3.6", [], [], {1002}, close_frame(1000, b"*" * 124))
    not_utf8 = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64"
    yield Case("7.5.1", [], [], {1007}, close_frame(1000, not_utf8))


def close_codes():
    """7.7: codes that may be sent, answered with themselves. 7.9 and 7.13: codes that may not."""
    valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
    for number, code in enumerate(valid, 1):
        yield Case(f"7.7.{number}", [], [], {code}, close_frame(code))
    for number, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999], 1):
        yield Case(f"7.9.{number}", [], [], {1002}, close_frame(code))
    for number, code in enumerate([5000, 65535], 1):
        yield Case(f"7.13.{number}", [], [], {1002}, close_frame(code))


def volume():
    """9.1 to 9.6: large messages, whole, in fragments, and in small segments."""
    kinds = [(TEXT, text, b"BAsd7&jh23"), (BINARY, binary, b"\x00\xfe\x23\xfa\xf0")]
    for section, (opcode, made, fill) in zip(("9.1", "9.2"), kinds):
        for number, length in enumerate([64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB], 1):
            payload = filled(fill, length)
            yield echoed(f"{section}.{number}", [frame(opcode, payload)], [made(payload)])
    for section, opcode, made, fill in (("9.3", TEXT, text, b"*"), ("9.4", BINARY, binary, b"\xfe")):
        payload = fill * (4 * MIB)
        for number in range(9):
            size = 64 << 2 * number
            steps = [b"".join(fragments(opcode, payload, size))]
            yield echoed(f"{section}.{number + 1}", steps, [made(payload)])
    for section, (opcode, made, fill) in zip(("9.5", "9.6"), kinds):
        payload = filled(fill, MIB)
        for number in range(6):
            yield echoed(f"{section}.{number + 1}", [Chopped(frame(opcode, payload), 64 << number)], [made(payload)])


def round_trips():
    """9.7 and 9.8: a thousand messages, each sent when the one before has come back."""
    for section, opcode, made, fill in (("9.7", TEXT, text, b"*"), ("9.8", BINARY, binary, b"\xfe")):
        for number, length in enumerate([0, 16, 64, 256, 1024, 4096], 1):
            steps = []
            for count in range(1, 1001):
                steps += [frame(opcode, fill * length), Await(count)]
            yield echoed(f"{section}.{number}", steps, [made(fill * length)] * 1000)


def automatic_fragments():
    """10"""
    payload = b"*" * 65536
    yield echoed("10.1.1", [b"".join(fragments(wire.TEXT, payload, 1300))], [text(payload)])
