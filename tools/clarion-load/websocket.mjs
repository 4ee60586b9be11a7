// A WebSocket client (RFC 6455) over a plain or a TLS socket: small enough for thousands in one
// process, strict towards the server, and able to behave as badly as networks do.
//
//   const wire = dial("ws://127.0.0.1:8080/ws", { protocols: ["clarion.v1"] });
//   wire.onOpen = () => wire.send("{}");
//   wire.onText = (text) => …;
//   wire.onEnd = ({ code, reason, status, error }) => …;   // exactly once, whatever happened

import { isUtf8 } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3
const HEAD_BYTES_MAX = 65536;
const FRAME_BYTES_MAX = 64 << 20;
const CLOSE_WAIT_MS = 5000; // for the other side's answer to our close frame

const CONTINUATION = 0, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10;

/** protocols, headers: of the upgrade. localAddress: where to call from. Certificates are not checked:
 *  a load generator is pointed at servers with certificates made for the occasion. */
export function dial(url, options = {}) {
  return new Wire(new URL(url), options);
}

class Wire {
  onOpen = () => {};
  onText = () => {};
  onEnd = () => {};

  #raw; // the TCP socket
  #socket; // what is written to: the same, or TLS over it
  #key = randomBytes(16).toString("base64");
  #protocols;
  #rest = Buffer.alloc(0);
  #open = false;
  #fragments = null;
  #ending = null; // what onEnd will be told, once it is known
  #ended = false;
  #closeTimer = null;

  constructor(url, { protocols = [], headers = {}, localAddress }) {
    this.#protocols = protocols;
    const secure = url.protocol === "wss:";
    const port = Number(url.port || (secure ? 443 : 80));
    const host = url.hostname.replace(/^\[|\]$/g, "");
    this.#raw = connect({ port, host, localAddress, noDelay: true });
    this.#socket = secure ? connectTls({ socket: this.#raw, rejectUnauthorized: false }) : this.#raw;
    for (const one of new Set([this.#raw, this.#socket])) {
      one.on("error", (error) => (this.#ending ??= { error: error.code ?? error.message }));
    }
    this.#socket.on(secure ? "secureConnect" : "connect", () => this.#ask(url, headers));
    this.#socket.on("data", (bytes) => this.#take(bytes));
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.on("close", () => this.#finish());
    this.#raw.on("close", () => this.#socket.destroy());
  }

  get isOpen() { return this.#open && !this.#ended; }

  send(text) {
    if (this.isOpen) this.#write(TEXT, Buffer.from(text));
  }

  /** A close frame; the connection ends when the server has answered it, or after five seconds. */
  close(code = 1000) {
    if (!this.isOpen) return this.reset();
    this.#open = false;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#write(CLOSE, payload);
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_WAIT_MS);
    this.#closeTimer.unref();
    return undefined;
  }

  /** Ends the stream without a close frame (FIN). */
  hangUp() { this.#socket.destroy(); }

  /** TCP reset. */
  reset() {
    if (!this.#raw.destroyed && !this.#raw.connecting) this.#raw.resetAndDestroy();
    this.#socket.destroy();
  }

  /** Stops reading, so that nothing is answered either; `resume` goes on. */
  pause() { this.#socket.pause(); }
  resume() { this.#socket.resume(); }

  #ask(url, headers) {
    const lines = [
      `GET ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`, "Connection: Upgrade",
      "Upgrade: websocket", "Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${this.#key}`,
    ];
    if (this.#protocols.length) lines.push(`Sec-WebSocket-Protocol: ${this.#protocols.join(", ")}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  }

  #take(bytes) {
    if (this.#ended || this.#ending) return;
    this.#rest = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (!this.#open && this.#closeTimer === null && !this.#readHead()) return;
    while (!this.#ending && this.#readFrame());
  }

  #readHead() {
    const end = this.#rest.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#rest.length > HEAD_BYTES_MAX) this.#fail("an endless answer to the upgrade");
      return false;
    }
    const [first, ...lines] = this.#rest.toString("latin1", 0, end).split("\r\n");
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    const status = Number(first.split(" ")[1]);
    this.#rest = this.#rest.subarray(end + 4);
    if (status !== 101) {
      this.#ending = { status, retryAfter: Number(headers.get("retry-after") ?? 0) };
      this.#socket.destroy();
      return false;
    }
    const expected = createHash("sha1").update(this.#key + GUID).digest("base64");
    if (headers.get("sec-websocket-accept") !== expected) return this.#fail("a wrong Sec-WebSocket-Accept");
    const chosen = headers.get("sec-websocket-protocol");
    if (chosen !== undefined && !this.#protocols.includes(chosen)) return this.#fail(`subprotocol ${chosen}`);
    if (headers.has("sec-websocket-extensions")) return this.#fail("an extension that nobody offered");
    this.#open = true;
    this.onOpen();
    return true;
  }

  /** False when what has come holds no whole frame. */
  #readFrame() {
    const all = this.#rest;
    if (all.length < 2) return false;
    let size = all[1] & 0x7f;
    let at = 2;
    if (size === 126) {
      if (all.length < 4) return false;
      size = all.readUInt16BE(2);
      at = 4;
    } else if (size === 127) {
      if (all.length < 10) return false;
      size = Number(all.readBigUInt64BE(2));
      at = 10;
    }
    if (all[0] & 0x70) return this.#fail("a reserved bit");
    if (all[1] & 0x80) return this.#fail("a masked frame from a server");
    if (size > FRAME_BYTES_MAX) return this.#fail(`a frame of ${size} bytes`);
    if (all.length < at + size) return false;
    const payload = all.subarray(at, at + size);
    this.#rest = all.subarray(at + size);
    this.#frame(all[0] & 0x0f, (all[0] & 0x80) !== 0, payload);
    return true;
  }

  #frame(opcode, last, payload) {
    if (opcode === PING) return this.#write(PONG, payload);
    if (opcode === PONG) return undefined;
    if (opcode === CLOSE) return this.#closed(payload);
    if (opcode === TEXT && this.#fragments === null) this.#fragments = [];
    else if (opcode !== CONTINUATION || this.#fragments === null) return this.#fail(`opcode ${opcode} out of turn`);
    this.#fragments.push(payload);
    if (!last) return undefined;
    const whole = this.#fragments.length === 1 ? payload : Buffer.concat(this.#fragments);
    this.#fragments = null;
    if (!isUtf8(whole)) return this.#fail("a text that is not UTF-8");
    return this.onText(whole.toString());
  }

  #closed(payload) {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    if (this.#open) this.#write(CLOSE, payload.subarray(0, 2));
    this.#open = false;
    this.#ending = { code, reason: payload.subarray(2).toString() };
    this.#socket.end();
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), CLOSE_WAIT_MS);
    this.#closeTimer.unref();
  }

  #write(opcode, payload) {
    const size = payload.length;
    const at = size < 126 ? 2 : size < 65536 ? 4 : 10;
    const frame = Buffer.allocUnsafe(at + 4 + size);
    frame[0] = 0x80 | opcode;
    frame[1] = 0x80 | (at === 2 ? size : at === 4 ? 126 : 127);
    if (at === 4) frame.writeUInt16BE(size, 2);
    if (at === 10) frame.writeBigUInt64BE(BigInt(size), 2);
    const mask = (Math.random() * 0x100000000) >>> 0;
    frame.writeUInt32BE(mask, at);
    const begin = at + 4;
    for (let index = 0; index < size; ++index) frame[begin + index] = payload[index] ^ frame[at + (index & 3)];
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(frame);
  }

  /** The server broke RFC 6455. */
  #fail(what) {
    this.#ending = { error: `protocol: ${what}`, broken: true };
    this.#socket.destroy();
    return false;
  }

  #finish() {
    if (this.#ended) return;
    this.#ended = true;
    this.#open = false;
    clearTimeout(this.#closeTimer);
    if (!this.#raw.destroyed) this.#raw.destroy();
    this.onEnd(this.#ending ?? { code: 1006, reason: "" });
  }
}
