"""RFC 6455 frames as bytes, and one client connection over a raw socket."""
import base64
import hashlib
import os
import select
import socket
import ssl
import struct
import time
import urllib.parse

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def masked(payload, key):
    """XOR with the repeating key, as one big number: loops are too slow for 16 MiB."""
    if not payload:
        return b""
    pattern = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(len(payload), "big")


def header(opcode, length, key, fin=True, rsv=0):
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    if length < 126:
        return struct.pack("!BB", first, 0x80 | length) + key
    if length < 1 << 16:
        return struct.pack("!BBH", first, 0x80 | 126, length) + key
    return struct.pack("!BBQ", first, 0x80 | 127, length) + key


def frame(opcode, payload=b"", fin=True, rsv=0):
    key = os.urandom(4)
    return header(opcode, len(payload), key, fin, rsv) + masked(payload, key)


def close_frame(code=None, reason=b""):
    return frame(CLOSE, (b"" if code is None else struct.pack("!H", code)) + reason)


def fragments(opcode, payload, size):
    """A message as a list of frames of at most `size` bytes."""
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    last = len(pieces) - 1
    return [frame(opcode if i == 0 else CONTINUATION, piece, fin=i == last) for i, piece in enumerate(pieces)]


class Broken(Exception):
    """The server did what no case allows."""


class Connection:
    """What came from the server, in order: ("message", binary?, payload), ("ping" or "pong", payload), ("close", code,
    reason), ("eof",)."""

    def __init__(self, url, ca=None):
        parts = urllib.parse.urlsplit(url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        self.socket = socket.create_connection((parts.hostname, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "wss":
            self.socket = ssl.create_default_context(cafile=ca).wrap_socket(self.socket, server_hostname=parts.hostname)
        self.received = []
        self.is_closed = False  # the server's close frame came
        self.is_over = False  # the server's end of the stream came
        self._bytes = bytearray()
        self._message = None  # (opcode, pieces) of an unfinished one
        self._shake_hands(parts)

    def _shake_hands(self, parts):
        key = base64.b64encode(os.urandom(16))
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.socket.recv(4096)
            if not piece:
                raise Broken(f"the handshake ended with {head!r}")
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        if not head.startswith(b"HTTP/1.1 101 ") or b"sec-websocket-accept: " + accept.lower() not in head.lower():
            raise Broken(f"the handshake was answered with {head!r}")
        self._bytes += rest
        self._parse()

    def send(self, data, chop=None):
        """Sends all, in pieces of `chop` bytes; a server that has dropped the connection is for `read` to see."""
        view = memoryview(data)
        try:
            for at in range(0, len(view), chop or max(len(view), 1)):
                self.socket.sendall(view[at : at + (chop or len(view))])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self, enough, seconds):
        """Reads until `enough()`, the end, or the time. A reset is not an end."""
        end = time.monotonic() + seconds
        while not enough() and not self.is_over:
            left = end - time.monotonic()
            if left <= 0 or not self._readable(left):
                return
            try:
                piece = self.socket.recv(1 << 20)
            except ConnectionResetError:
                raise Broken("the server reset the connection") from None
            except ssl.SSLError as error:
                raise Broken(f"the server broke TLS: {error}") from None
            if not piece:
                self.is_over = True
                self.received.append(("eof",))
                return
            self._bytes += piece
            self._parse()

    def _readable(self, seconds):
        if isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            return True
        return bool(select.select([self.socket], [], [], seconds)[0])

    def _parse(self):
        while len(self._bytes) >= 2:
            first, second = self._bytes[0], self._bytes[1]
            at = 2
            length = second
            if second & 0x80:
                raise Broken("the server masked a frame")
            if length >= 126:
                width = 2 if length == 126 else 8
                if len(self._bytes) < 2 + width:
                    return
                length = int.from_bytes(self._bytes[2 : 2 + width], "big")
                at += width
                if length < (126 if width == 2 else 1 << 16):
                    raise Broken("the server sent a length not in its shortest form")
            if len(self._bytes) < at + length:
                return
            payload = bytes(self._bytes[at : at + length])
            del self._bytes[: at + length]
            if self.is_closed:
                raise Broken("the server sent a frame after its close frame")
            self._take(first & 0x0F, bool(first & 0x80), first & 0x70, payload)

    def _take(self, opcode, fin, rsv, payload):
        if rsv or opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Broken("the server sent a reserved bit or opcode")
        if opcode >= CLOSE and (not fin or len(payload) > 125):
            raise Broken("the server sent an illegal control frame")
        if opcode == CLOSE:
            self.is_closed = True
            code = struct.unpack("!H", payload[:2])[0] if payload else None
            self.received.append(("close", code, payload[2:]))
        elif opcode in (PING, PONG):
            self.received.append(("ping" if opcode == PING else "pong", payload))
        else:
            self._take_data(opcode, fin, payload)

    def _take_data(self, opcode, fin, payload):
        if (opcode == CONTINUATION) != (self._message is not None):
            raise Broken("the server's fragments are out of order")
        kind, pieces = self._message or (opcode, [])
        pieces.append(payload)
        self._message = None if fin else (kind, pieces)
        if fin:
            self.received.append(("message", kind == BINARY, b"".join(pieces)))

    def drop(self):
        self.socket.close()
