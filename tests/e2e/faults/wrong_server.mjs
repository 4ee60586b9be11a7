// A server that keeps PROTOCOL, as far as a load asks for it, in memory and in one file: and, given a
// sin (sins.mjs), breaks it in one place. It exists so that the checker is seen to convict.
//
//   const server = await startWrongServer({ deliver: (event) => [event, event] });
//   … server.url … await server.close();

import { createHash } from "node:crypto";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

const OPERATIONAL = ["run_queued", "text_delta", "progress_update", "custom"];

/** A sin has any of these; what it leaves out is done right.
 *  upgrade(socket): takes the raw socket over and gives true · greet(connection): the frames until welcome ·
 *  steps(steps, run): the run's events as [type, payload] · census(census) · event(event): before it is logged ·
 *  deliver(event, connection): what is sent for it · logged(event, log): after · said(frame, connection, server): gives true when it
 *  has done all · accepted(frame, log, message) · subscribed(frame, log, since, connection) · replayed(event) · caughtUp(frame) ·
 *  verdict(kind, verdict) of a cancel or approve · page(frame) */
export async function startWrongServer(sin = {}) {
  const server = new WrongServer(sin);
  await server.listen();
  return server;
}

class WrongServer {
  connections = new Set();
  #sin;
  #logs = new Map();
  #ids = 0;
  #calls = 0;
  #http = createServer();
  #sockets = new WebSocketServer({ noServer: true });

  constructor(sin) {
    this.#sin = sin;
    this.#http.on("upgrade", (request, socket, head) => {
      if (sin.upgrade?.(socket)) return;
      this.#sockets.handleUpgrade(request, socket, head, (socket) => this.#greet(request, socket));
    });
  }

  async listen() {
    await new Promise((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    this.url = `ws://127.0.0.1:${this.#http.address().port}/ws`;
  }

  close() {
    for (const { socket } of this.connections) socket.terminate();
    return new Promise((resolve) => this.#http.close(resolve));
  }

  send(connection, frame) { connection.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)); }

  logOf(user, thread) {
    const key = `${user}/${thread}`;
    if (!this.#logs.has(key)) {
      this.#logs.set(key, { user, thread, epoch: `e_${++this.#ids}`, events: [], messages: new Map(), queue: [], run: null });
    }
    return this.#logs.get(key);
  }

  /** Commits and sends one event. */
  append(log, run, type, payload) {
    const plain = {
      type, thread_id: log.thread, run_id: run.id, epoch: log.epoch, seq: log.events.length + 1, timestamp: Date.now(),
      critical: !OPERATIONAL.includes(type), payload,
    };
    const event = this.#sin.event?.(plain, log) ?? plain;
    log.events.push(event);
    for (const connection of this.connections) {
      if (connection.user !== log.user || !connection.live.has(log.thread)) continue;
      for (const one of this.#sin.deliver?.(event, connection, this) ?? [event]) this.send(connection, one);
    }
    this.#sin.logged?.(event, log);
    return event;
  }

  #greet(request, socket) {
    const user = new URL(request.url, "http://x").searchParams.get("user");
    const connection = { user, socket, number: ++this.#calls, live: new Set() };
    this.connections.add(connection);
    socket.on("close", () => this.connections.delete(connection));
    socket.on("error", () => {});
    const welcome = { type: "welcome", connection_id: `c_${connection.number}`, user_id: user, protocol: "clarion.v1" };
    for (const frame of this.#sin.greet?.(welcome, connection) ?? [welcome]) this.send(connection, frame);
    socket.on("message", (data) => {
      const frame = JSON.parse(data.toString());
      if (!this.#sin.said?.(frame, connection, this)) this[`on_${frame.type}`](frame, connection);
    });
  }

  on_ping(frame, connection) { this.send(connection, { type: "pong", id: frame.id, ts: Date.now() }); }

  on_subscribe({ id, thread_id: thread, since }, connection) {
    const log = this.logOf(connection.user, thread);
    const head = log.events.length;
    const known = since.epoch === "" || since.epoch === log.epoch;
    const plain = { type: "subscribed", id, thread_id: thread, epoch: head ? log.epoch : "", seq: head, recovered: true };
    if (!known || since.seq > head) {
      Object.assign(plain, { recovered: false, reason: known ? "too_far_ahead" : "epoch_changed" });
    }
    const answer = this.#sin.subscribed?.(plain, log, since, connection) ?? plain;
    this.send(connection, answer);
    const from = answer.recovered ? since.seq : 0;
    for (const event of log.events.slice(from)) {
      const mark = { ...event, replay: true };
      this.send(connection, this.#sin.replayed?.(mark, log) ?? mark);
    }
    const end = { type: "caught_up", thread_id: thread, seq: log.events.length };
    this.send(connection, this.#sin.caughtUp?.(end, log) ?? end);
    connection.live.add(thread);
  }

  on_message(frame, connection) {
    const { thread_id: thread, message_id: messageId, text, metadata, id } = frame;
    const log = this.logOf(connection.user, thread);
    const known = log.messages.get(messageId);
    const run = known ?? { id: `r_${++this.#ids}`, seq: log.events.length + 1, messageId, text, metadata };
    const plain = {
      type: "accepted", id, thread_id: thread, message_id: messageId, run_id: run.id, seq: run.seq, duplicate: Boolean(known),
      state: known ? "finished" : log.run ? "queued" : "running",
    };
    this.send(connection, this.#sin.accepted?.(plain, log) ?? plain);
    if (known) return;
    log.messages.set(messageId, run);
    this.append(log, run, "user_message", { message_id: messageId, text, metadata });
    run.steps = this.#steps(run);
    log.queue.push(run);
    this.#play(log);
  }

  on_cancel({ id }, connection) {
    const verdict = this.#sin.verdict?.("cancel", "too_late") ?? "too_late";
    this.send(connection, { type: "cancel_result", id, verdict });
  }

  on_approve({ id, approval_id: approval, decision }, connection) {
    const log = [...this.#logs.values()].find(({ run }) => run?.approval === approval);
    const open = log?.user === connection.user;
    const right = open ? "resolved" : "already_resolved";
    this.send(connection, { type: "approve_result", id, verdict: this.#sin.verdict?.("approve", right) ?? right });
    if (!open) return;
    log.run.approval = null;
    this.append(log, log.run, "approval_resolved", { approval_id: approval, decision, by: connection.user });
    if (decision !== "allow") log.run.steps = log.run.steps.filter(([type]) => !type.startsWith("tool_"));
    this.#play(log);
  }

  on_history({ id, thread_id: thread, limit }, connection) {
    const log = this.logOf(connection.user, thread);
    const page = { type: "history", id, thread_id: thread, epoch: log.epoch, events: log.events.slice(-limit), more: false };
    this.send(connection, this.#sin.page?.(page) ?? page);
  }

  /** Goes on with the run that is next, until it is over or waits for an approval. */
  #play(log) {
    for (;;) {
      log.run ??= log.queue.shift() ?? null;
      const { run } = log;
      if (!run || run.approval) return;
      while (run.steps.length) {
        const [type, payload] = run.steps.shift();
        const isEnd = /^agent_(completed|error|cancelled)$/.test(type);
        const event = this.append(log, run, type, isEnd ? { ...payload, census: this.#census(log, run) } : payload);
        if (event.type !== "approval_requested" || this.#sin.impatient) continue;
        run.approval = payload.approval_id;
        return;
      }
      log.run = null;
    }
  }

  #steps(run) {
    const story = /^\/story (\d+)/.exec(run.text);
    const words = story ? Array.from({ length: Number(story[1]) }, (_, index) => `${index ? " " : ""}word-${index + 1}`)
      : ["That is", " all."];
    const by = { agent_name: "demo" };
    const call = { ...by, tool_call_id: `t_${run.id}`, tool_name: "text_stats" };
    const message = { ...by, message_id: `m_${run.id}` };
    const asks = /^\/approve/.test(run.text)
      ? [["approval_requested", { approval_id: `a_${run.id}`, tool_call_id: call.tool_call_id, tool_name: call.tool_name }]] : [];
    const steps = [
      ["agent_started", { ...by, message_id: run.messageId, context: {} }],
      ["agent_thinking", { ...by, step_number: 1, reasoning: "I count." }],
      ...asks,
      ["tool_executing", { ...call, arguments: {} }],
      ["tool_completed", { ...call, outcome: "ok", result: 1, duration_ms: 0 }],
      ...words.map((delta) => ["text_delta", { ...message, delta }]),
      ["assistant_message", { ...message, text: words.join("") }],
      ["agent_completed", { ...by, result: {} }],
    ];
    return this.#sin.steps?.(steps, run) ?? steps;
  }

  #census(log, run) {
    const events = log.events.filter((event) => event.run_id === run.id && event.type !== "user_message");
    const text = events.filter(({ type }) => type === "text_delta").map(({ payload }) => payload.delta).join("");
    const counts = {};
    for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
    const census = {
      first_seq: events[0]?.seq ?? 0, last_seq: events.at(-1)?.seq ?? 0, counts, text_bytes: Buffer.byteLength(text),
      text_sha256: events.length ? createHash("sha256").update(text).digest("hex") : "",
    };
    return this.#sin.census?.(census) ?? census;
  }
}
