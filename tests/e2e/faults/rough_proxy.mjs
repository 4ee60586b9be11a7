// A TCP proxy between a client and a server that behaves as networks do: it delays, cuts everything
// into single bytes, resets, hangs up, falls silent, at moments that its plan names.
//
//   const proxy = await startRoughProxy(server, () => ({ sliceBytes: 400, delayMs: 20 }));
//   … proxy.port … proxy.resetSome(random) … proxy.counts … await proxy.close();

import { connect, createServer } from "node:net";

/** plan() says for each new connection what becomes of it:
 *  delayMs: every piece waits that long · sliceBytes: so many first bytes of each direction go one by one ·
 *  cut: {frames | bytes, how} ends it once so many WebSocket frames (0: right after the answer to the
 *  upgrade) or bytes have gone to the client; how is "reset" or "hang_up".
 *  Absent: nothing happens. */
export async function startRoughProxy({ host = "127.0.0.1", port }, plan = () => ({})) {
  const proxy = new RoughProxy({ host, port }, plan);
  await proxy.listen();
  return proxy;
}

class RoughProxy {
  plan;
  counts = { connections: 0, delayed: 0, sliced: 0, cut: 0, reset: 0, stalled: 0 };
  #target;
  #server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#connect(socket));
  #links = new Set();

  constructor(target, plan) {
    this.#target = target;
    this.plan = plan;
  }

  listen() {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => {
      this.port = this.#server.address().port;
      this.#server.unref(); // a test that fails must end, not wait for it
      resolve();
    }));
  }

  get open() { return this.#links.size; }

  /** Resets one connection. */
  resetSome(random) {
    const link = this.#some(random);
    if (!link) return;
    this.counts.reset += 1;
    link.end("reset");
  }

  /** One connection carries nothing for that long, in neither direction; then it goes on, or is reset. */
  stallSome(random, ms, then) {
    const link = this.#some(random);
    if (!link) return;
    this.counts.stalled += 1;
    link.stall();
    const timer = setTimeout(() => (then === "reset" ? link.end("reset") : link.go()), ms);
    timer.unref();
  }

  close() {
    for (const link of this.#links) link.end("reset");
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #some(random) {
    return this.#links.size ? random.of([...this.#links]) : null;
  }

  #connect(client) {
    const plan = this.plan();
    this.counts.connections += 1;
    if (plan.delayMs) this.counts.delayed += 1;
    if (plan.sliceBytes) this.counts.sliced += 1;
    const link = new Link(client, connect({ ...this.#target, noDelay: true }), plan, () => (this.counts.cut += 1));
    this.#links.add(link);
    link.onEnd = () => this.#links.delete(link);
  }
}

/** One connection: two sockets, a lane in each direction. */
class Link {
  onEnd = () => {};
  #sockets;
  #lanes;

  constructor(client, server, plan, onCut) {
    this.#sockets = [client, server];
    const cut = plan.cut && new Cut(plan.cut);
    const end = () => {
      onCut();
      this.end(plan.cut.how);
    };
    this.#lanes = [new Lane(client, server, plan), new Lane(server, client, plan, cut, end)];
    for (const socket of this.#sockets) {
      socket.on("error", () => {});
      socket.on("close", () => this.#closed());
    }
    server.on("connect", () => client.resume());
  }

  stall() { for (const lane of this.#lanes) lane.stall(); }
  go() { for (const lane of this.#lanes) lane.go(); }

  end(how) {
    for (const socket of this.#sockets) {
      if (how === "reset" && !socket.destroyed && !socket.connecting) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** One side is gone: the other hears of it once it has what was on its way, unless the lane is stalled. It is read
   *  to its end, also if it never was: a socket that nobody reads does not notice that it is over. */
  #closed() {
    this.onEnd();
    for (const socket of this.#sockets) socket.resume();
    for (const lane of this.#lanes) lane.drain();
  }
}

/** What goes one way, in order. */
class Lane {
  #from;
  #to;
  #delayMs;
  #slices;
  #cut;
  #end;
  #queue = []; // [due, bytes]
  #stalled = false;
  #busy = false;
  #closing = false;

  constructor(from, to, { delayMs = 0, sliceBytes = 0 }, cut = null, end = null) {
    this.#from = from;
    this.#to = to;
    this.#delayMs = delayMs;
    this.#slices = sliceBytes;
    this.#cut = cut;
    this.#end = end;
    from.on("data", (bytes) => {
      this.#queue.push([performance.now() + this.#delayMs, bytes]);
      this.#pump();
    });
    from.on("end", () => this.drain());
    to.on("drain", () => from.resume());
  }

  stall() { this.#stalled = true; }

  go() {
    this.#stalled = false;
    this.#pump();
  }

  /** Nothing more will come. */
  drain() {
    this.#closing = true;
    this.#pump();
  }

  #pump() {
    if (this.#busy || this.#stalled) return;
    const [due, bytes] = this.#queue[0] ?? [];
    if (bytes === undefined) {
      if (this.#closing) this.#to.end();
      return;
    }
    const wait = due - performance.now();
    if (wait > 0) return this.#later((then) => setTimeout(then, wait));
    const size = this.#slices > 0 ? 1 : bytes.length;
    this.#write(bytes.subarray(0, size));
    if (size === bytes.length) this.#queue.shift();
    else this.#queue[0][1] = bytes.subarray(size);
    if (this.#slices === 0) return this.#pump();
    this.#slices -= 1;
    return this.#later(setImmediate);
  }

  #later(schedule) {
    this.#busy = true;
    schedule(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  #write(bytes) {
    if (this.#to.destroyed) return;
    const whole = this.#cut ? this.#cut.through(bytes) : bytes.length;
    const room = this.#to.write(bytes.subarray(0, whole));
    if (whole < bytes.length || this.#cut?.isDue) {
      this.#queue.length = 0;
      this.#end();
    } else if (!room) {
      this.#from.pause();
    }
  }
}

/** Counts what the server says, up to the point where it is cut off. */
class Cut {
  isDue = false;
  #frames;
  #bytes;
  #seen = Buffer.alloc(0); // not yet counted
  #inHead = true;

  constructor({ frames = null, bytes = null }) {
    this.#frames = frames;
    this.#bytes = bytes;
  }

  /** How many of these bytes still go through. */
  through(bytes) {
    return this.#bytes !== null ? this.#throughBytes(bytes) : this.#throughFrames(bytes);
  }

  #throughBytes(bytes) {
    const size = Math.min(bytes.length, this.#bytes);
    this.#bytes -= size;
    this.isDue = this.#bytes === 0;
    return size;
  }

  #throughFrames(bytes) {
    const before = this.#seen.length;
    this.#seen = Buffer.concat([this.#seen, bytes]);
    let at = 0;
    while (!this.isDue) {
      const next = this.#inHead ? this.#endOfHead(at) : this.#endOfFrame(at);
      if (next === null) break;
      at = next;
      if (this.#inHead) this.#inHead = false;
      else this.#frames -= 1;
      if (this.#frames === 0) this.isDue = true;
    }
    this.#seen = this.#seen.subarray(at);
    return this.isDue ? at - before : bytes.length;
  }

  #endOfHead(at) {
    const end = this.#seen.indexOf("\r\n\r\n", at);
    return end < 0 ? null : end + 4;
  }

  #endOfFrame(at) {
    const all = this.#seen;
    if (all.length < at + 2) return null;
    let size = all[at + 1] & 0x7f;
    let head = 2;
    if (size === 126) {
      if (all.length < at + 4) return null;
      size = all.readUInt16BE(at + 2);
      head = 4;
    } else if (size === 127) {
      if (all.length < at + 10) return null;
      size = Number(all.readBigUInt64BE(at + 2));
      head = 10;
    }
    return all.length < at + head + size ? null : at + head + size;
  }
}
