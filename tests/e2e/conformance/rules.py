"""What a case consists of, and how it is judged."""
import dataclasses
import typing

import wire

ANSWER_SECONDS = 10  # for a single answer; 16 MiB included
QUIET_SECONDS = 0.1  # in which a server would have failed a connection that it must keep


@dataclasses.dataclass(frozen=True)
class Chopped:
    """Bytes sent in pieces of `size`, each with a system call of its own."""

    data: bytes
    size: int


@dataclasses.dataclass(frozen=True)
class Await:
    """Go on when so many things have been received."""

    count: int


@dataclasses.dataclass(frozen=True)
class StillOpen:
    """Nothing must come for a moment."""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    #: bytes | Chopped | Await | StillOpen, in order
    steps: typing.Sequence
    #: what has to be received before the close frame, exactly
    expected: typing.Sequence
    #: codes that the server's close frame may carry
    codes: typing.Collection[int]
    #: our close frame, sent when all that is expected has come; None: the steps make the server close
    closing: typing.Optional[bytes] = None


def text(payload):
    return ("message", False, payload)


def binary(payload):
    return ("message", True, payload)


def pong(payload=b""):
    return ("pong", payload)


def echoed(name, steps, expected):
    """A case in which everything is legal: we close with 1000 in the end, and the server answers with it."""
    return Case(name, steps, expected, {1000}, wire.close_frame(1000))


def failed(name, steps, code=1002, expected=()):
    """A case in which the server has to fail the connection with `code`."""
    return Case(name, steps, expected, {code})


def _show(events):
    shown = [tuple(part[:40] if isinstance(part, bytes) else part for part in event) for event in events]
    return ", ".join(map(repr, shown)) or "nothing"


def _step(connection, step):
    if isinstance(step, Chopped):
        connection.send(step.data, step.size)
    elif isinstance(step, Await):
        connection.read(lambda: len(connection.received) >= step.count, ANSWER_SECONDS)
        if len(connection.received) < step.count:
            raise wire.Broken(f"only {_show(connection.received)} came")
    elif isinstance(step, StillOpen):
        before = len(connection.received)
        connection.read(lambda: len(connection.received) > before, QUIET_SECONDS)
        if len(connection.received) > before:
            raise wire.Broken(f"{_show(connection.received[before:])} came too early")
    else:
        connection.send(step)


def _judge(case, connection):
    for step in case.steps:
        _step(connection, step)
    wanted = len(case.expected)
    connection.read(lambda: len(connection.received) >= wanted, ANSWER_SECONDS)
    if case.closing:
        connection.send(case.closing)
    connection.read(lambda: connection.is_closed, ANSWER_SECONDS)
    if not connection.is_closed:
        raise wire.Broken(f"no close frame, but {_show(connection.received)}")
    kinds = [event[0] for event in connection.received]
    before, (_, code, _) = connection.received[: kinds.index("close")], connection.received[kinds.index("close")]
    if before != list(case.expected):
        raise wire.Broken(f"{_show(before)} instead of {_show(case.expected)}")
    if code not in case.codes:
        raise wire.Broken(f"closed with {code} instead of {sorted(case.codes)}")
    if not case.closing:
        connection.send(wire.close_frame(code))
    # The server closes the TCP connection, so that the client is spared TIME_WAIT (RFC 6455 section 7.1.1).
    connection.read(lambda: False, ANSWER_SECONDS)
    if not connection.is_over:
        raise wire.Broken("the server left the TCP connection open")


def verdict(case, url, ca=None):
    """None when the case passed, else one line."""
    try:
        connection = wire.Connection(url, ca)
    except (OSError, wire.Broken) as error:
        return f"no connection: {error}"
    try:
        _judge(case, connection)
    except wire.Broken as error:
        return str(error)
    finally:
        connection.drop()
    return None
