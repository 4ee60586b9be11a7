// A socket and a clock that a test moves by hand, and the frames of a server that is not there.

import { ClarionClient } from "../../../tools/client-js/src/index.js";

export class FakeClock {
  #now = 0;
  #timers = new Map();
  #last = 0;

  now = () => this.#now;
  after = (ms, fn) => {
    this.#last += 1;
    this.#timers.set(this.#last, { at: this.#now + ms, fn });
    return this.#last;
  };
  cancel = (timer) => this.#timers.delete(timer);

  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at);
      if (due.length === 0) break;
      const [id, timer] = due[0];
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, timer.at);
      timer.fn();
    }
    this.#now = end;
  }

  /** The machine sleeps: time passes, and the timers that became due are late. */
  sleep(ms) {
    this.#now += ms;
  }
}

/** A window that a test hides, and a network that it takes away. */
export class FakeSurroundings {
  away = false;
  listeners = new Set();

  isAway = () => this.away;
  onWake(act) {
    this.listeners.add(act);
    return () => this.listeners.delete(act);
  }
  wake() {
    for (const act of this.listeners) act();
  }
}

/** What a test sees of one client: every socket it opened, every state and problem it told. */
export function connect(options = {}) {
  const clock = new FakeClock();
  const seen = { clock, sockets: [], states: [], problems: [], frames: [], wanted: 0 };
  class FakeSocket {
    constructor(url, protocols) {
      Object.assign(this, { url, protocols, readyState: 0, sent: [], closedWith: null });
      seen.sockets.push(this);
    }
    send(data) {
      this.sent.push(JSON.parse(data));
    }
    close(code) {
      this.readyState = 3;
      this.closedWith = code ?? 1005;
    }
    open() {
      this.readyState = 1;
      this.onopen?.({});
    }
    say(...frames) {
      for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
    }
    drop(code = 1006, reason = "") {
      this.readyState = 3;
      this.onclose?.({ code, reason });
    }
    welcome(more = {}) {
      this.open();
      this.say({ type: "welcome", limits: { frame_bytes_max: 262144, message_bytes_max: 32768 },
        heartbeat: { interval_ms: 25000, timeout_ms: 8000 }, ...more });
    }
    of(type) {
      return this.sent.filter((frame) => frame.type === type);
    }
  }
  seen.surroundings = new FakeSurroundings();
  seen.client = new ClarionClient({
    url: "ws://test/ws", WebSocket: FakeSocket, clock, random: () => 1,
    surroundings: seen.surroundings, ...options,
  });
  seen.client.on("state", (state) => seen.states.push(state));
  seen.client.on("problem", (frame) => seen.problems.push(frame));
  seen.client.on("frame", (frame) => seen.frames.push(frame.type));
  seen.client.on("token_wanted", () => { seen.wanted += 1; });
  seen.socket = () => seen.sockets.at(-1);
  seen.state = () => seen.states.at(-1);
  return seen;
}

/** A watched thread: what its listener was told, in order ("reset:REASON", seq, "caught up"). */
export function follow(seen, threadId = "t") {
  const told = [];
  seen.client.watch(threadId, {
    onEvent: (event) => told.push(event.seq),
    onReset: (reason) => told.push(`reset:${reason}`),
    onCaughtUp: () => told.push("caught up"),
  });
  return told;
}

export function event(seq, more = {}) {
  return { type: "text_delta", thread_id: "t", run_id: "r", epoch: "e1", seq, timestamp: seq,
    critical: false, payload: {}, ...more };
}

/** Answers the newest subscribe: `subscribed`, the events, `caught_up`. */
export function replay(socket, { epoch = "e1", head, events = [], ...more }) {
  const { id } = socket.of("subscribe").at(-1);
  const seq = head ?? events.at(-1)?.seq ?? 0;
  socket.say(
    { type: "subscribed", id, thread_id: "t", epoch, seq, recovered: true, ...more },
    ...events.map((e) => ({ ...e, replay: true })),
    { type: "caught_up", thread_id: "t", seq });
}
