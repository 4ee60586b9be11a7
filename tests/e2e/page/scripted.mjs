// A server of which a test writes every frame, for what the real one cannot be brought to say on
// demand. The page and its policy come from the real server; only the socket is replaced.

const USER = "ada";

/** Everything the page said and heard on its sockets. Use: const script = await scripted(context);
 *  then openPage({context, …}); script.emit("agent_started", {…}). */
export async function scripted(context, { welcome = {}, threads = [], events = [], silent = false } = {}) {
  const script = new Script({ welcome, threads, events, silent });
  await context.routeWebSocket(/\/ws(\?|$)/, (socket) => script.connect(socket));
  return script;
}

class Script {
  sockets = [];
  sent = []; // frames of the page, over all sockets
  replies = new Map(); // frame type → (frame) => frames, instead of the usual ones
  #seq = 0;
  #events = [];

  constructor({ welcome, threads, events, silent }) {
    Object.assign(this, { welcomeFields: welcome, threads, silent, threadId: null, runId: "r_1" });
    for (const [type, payload] of events) this.commit(type, payload);
  }

  get socket() {
    return this.sockets.at(-1);
  }

  of(type) {
    return this.sent.filter((frame) => frame.type === type);
  }

  connect(socket) {
    this.sockets.push(socket);
    socket.onMessage((data) => {
      const frame = JSON.parse(data);
      this.sent.push(frame);
      const reply = this.replies.get(frame.type) ?? usual[frame.type];
      for (const answer of reply?.(frame, this) ?? []) this.say({ id: frame.id, ...answer });
    });
    if (!this.silent) setTimeout(() => this.welcome(), 0);
  }

  welcome() {
    this.say({ type: "welcome", connection_id: "c_1", user_id: USER, protocol: "clarion.v1",
      server: "clarion/test", heartbeat: { interval_ms: 25000, timeout_ms: 8000 },
      limits: { frame_bytes_max: 262144, message_bytes_max: 32768, messages_per_minute: 120,
        queued_runs_max: 16 },
      agents: [{ name: "demo", description: "", default: true, available: true }], active_runs: [],
      ...this.welcomeFields });
  }

  say(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  close(code, reason = "") {
    return this.socket.close({ code, reason });
  }

  /** Commits an event of the open thread and sends it. Gives the event. */
  emit(type, payload = {}) {
    const event = this.commit(type, payload);
    this.say(event);
    return event;
  }

  history({ before_seq: before = Infinity, limit = 100 }) {
    const known = this.#events.filter((e) => e.seq < before);
    const events = known.slice(-limit).map((e) => ({ ...e, thread_id: this.threadId }));
    return { type: "history", thread_id: this.threadId, epoch: events.length > 0 ? "e_1" : "", events,
      more: known.length > events.length };
  }

  /** The events after a place, and the frames around them. */
  replay({ since }) {
    const seq = this.#seq;
    return [
      { type: "subscribed", thread_id: this.threadId, epoch: seq > 0 ? "e_1" : "", seq, recovered: true },
      ...this.#events.filter((e) => e.seq > since.seq).map((e) => ({ ...e, replay: true })),
      { type: "caught_up", thread_id: this.threadId, seq }];
  }

  commit(type, payload) {
    this.#seq += 1;
    const event = { type, thread_id: this.threadId, run_id: this.runId, epoch: "e_1", seq: this.#seq,
      timestamp: 1790000000000 + this.#seq * 10, critical: true, payload };
    this.#events.push(event);
    return event;
  }
}

const usual = {
  threads: (_, script) => [{ type: "threads", threads: script.threads }],
  history(frame, script) {
    script.threadId = frame.thread_id;
    return [script.history(frame)];
  },
  subscribe: (frame, script) => script.replay(frame),
  unsubscribe: ({ thread_id: id }) => [{ type: "unsubscribed", thread_id: id }],
  delete_thread: ({ thread_id: id }) => [{ type: "deleted", thread_id: id }],
  ping: () => [{ type: "pong", ts: 1 }],
};

const A = { agent_name: "demo" };

/** The events of a run that is being asked `text`, up to where an agent would begin to act. */
export function begin(text, messageId = "m_1") {
  return [["user_message", { message_id: messageId, text }],
    ["agent_started", { ...A, message_id: messageId, context: { tools: [], history_messages: 0 } }]];
}

/** One whole answer. */
export function answer(text, id = "m_a") {
  return [["text_delta", { ...A, message_id: id, delta: text }],
    ["assistant_message", { ...A, message_id: id, text }], completed(id)];
}

export function completed(id = "m_a") {
  return ["agent_completed", { ...A, result: { message_id: id }, execution_time_ms: 12, timing: {} }];
}
