// What is asked of the server, and what its answers must be.

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { Caller } from "./caller.mjs";
import { demand, Failure, shown } from "./failure.mjs";
import { checkCensus, checkGrammar, checkOrder, isTerminal } from "./run_rules.mjs";
import { ThreadRecord } from "./thread_record.mjs";

const AGENT = "demo";
const STAGES = ["agent_started", "agent_thinking", "tool_executing", "tool_completed"];
const HANG_MS = 1500; // PROTOCOL §4: live means live
const STORY_WORDS = 40;

const words = (count) => Array.from({ length: count }, (_, index) => `word-${index + 1}`).join(" ");
const count = (events, type) => events.filter((event) => event.type === type).length;
const answer = (events) => events.findLast(({ type }) => type === "assistant_message")?.payload.text ?? "";

/** title, text, how it ends; check(events) for what only this message shows. */
const MESSAGES = [
  {
    title: "arithmetic: the five stages in order", text: "what is (17+3)*2.5?", ends: "agent_completed",
    check(events) {
      checkOrder(events, [...STAGES, "agent_completed"]);
      demand(/\b50\b/.test(answer(events)), () => `the answer to (17+3)*2.5 is ${shown(answer(events))}`);
    },
  },
  {
    title: "/tools 4: each call answered", text: "/tools 4", ends: "agent_completed",
    check(events) {
      const calls = count(events, "tool_executing");
      demand(calls === 4, () => `${calls} tool calls were seen executing, and 4 were asked for`);
    },
  },
  {
    title: "/story: the text as it streams", text: `/story ${STORY_WORDS} 0`, ends: "agent_completed",
    check(events) {
      demand(count(events, "text_delta") > 0, "no text_delta came");
      demand(answer(events) === words(STORY_WORDS), () => `the story is ${shown(answer(events))}`);
    },
  },
  {
    title: "/fail: an error in its own words", text: "/fail", ends: "agent_error",
    check(events) {
      const { code } = events.at(-1).payload;
      demand(code === "tool_failed", () => `the run ended with code ${shown(code)} and not tool_failed`);
    },
  },
];

const HANG = {
  title: "/hang: a tool is shown while it works", text: "/hang", ends: "agent_completed",
  check(events) {
    const at = (type) => events.find((event) => event.type === type)?.timestamp;
    const shownFor = at("tool_completed") - at("tool_executing");
    demand(shownFor >= HANG_MS, () => `tool_executing came ${shownFor} ms before tool_completed, not ${HANG_MS}`);
  },
};

/** One user's dealings with one thread of the server under check. */
export class Journey {
  #options;
  #caller;
  #callers = [];
  #threadId = `golden-${randomUUID()}`;
  #record = new ThreadRecord(this.#threadId);
  #onFrame = (frame) => {
    demand(frame.type !== "error", () => `the server answered error ${frame.code}: ${frame.message}`);
    this.#record.take(frame);
  };

  constructor(options) { this.#options = options; }

  get threadId() { return this.#threadId; }
  get events() { return this.#record.events; }

  /** The steps in order, as [title, async () => {}]. */
  steps() {
    const messages = this.#options.slow ? [...MESSAGES, HANG] : MESSAGES;
    return [
      ["welcome: before anything else", () => this.#arrive()],
      ...messages.map((message) => [message.title, () => this.#ask(message)]),
      ["the same message again: no second run", () => this.#repeat()],
      ["a lost connection: resumed without gap or duplicate", () => this.#resume()],
      ["the thread from its start: the same events", () => this.#replay()],
    ];
  }

  /** Closes every connection, also those of a step that failed half-way. */
  leave() {
    for (const caller of this.#callers) caller.drop();
  }

  async #greeted(onFrame) {
    const caller = new Caller(this.#options, onFrame);
    this.#callers.push(caller);
    return { caller, welcome: await caller.greeting() };
  }

  async #arrive() {
    const { caller, welcome } = await this.#greeted(this.#onFrame);
    this.#caller = caller;
    const agent = (welcome.agents ?? []).find(({ name }) => name === AGENT);
    demand(agent, () => `the server has no agent '${AGENT}' to be asked; it has ${shown(welcome.agents)}`);
    demand(agent.available, () => `the agent '${AGENT}' is not available: ${agent.reason ?? "no reason given"}`);
    demand(!welcome.degraded, () => `the server is degraded: ${shown(welcome.degraded)}`);
    return `${welcome.server}, user ${welcome.user_id}`;
  }

  async #ask({ text, ends, check }) {
    const accepted = await this.#send(this.#caller, { text, message_id: randomUUID() });
    demand(accepted.duplicate === false, "a new message was called a duplicate");
    const events = await this.#finished(this.#caller, accepted, ends);
    check(events);
    return this.#told(events);
  }

  /** Sends a message and gives its `accepted`, which comes before its first event. */
  async #send(caller, fields) {
    const id = randomUUID();
    const before = caller.frames.length;
    caller.send({ type: "message", id, thread_id: this.#threadId, agent: AGENT, ...fields });
    const accepted = await caller.find((frame) => frame.id === id, "no accepted came");
    demand(accepted.type === "accepted", () => `a message was answered by ${shown(accepted)}`);
    const early = caller.frames.slice(before, caller.frames.indexOf(accepted))
      .find(({ run_id: run }) => run === accepted.run_id);
    demand(!early, () => `${early.type} ${early.seq} came before its accepted`);
    return accepted;
  }

  /** Waits for the run's terminal and holds its events against the protocol. */
  async #finished(caller, { run_id: run, seq }, ends) {
    await caller.find((frame) => frame.run_id === run && isTerminal(frame.type), "no terminal event came");
    const events = this.#record.of(run);
    demand(events[0]?.type === "user_message", () => `the run begins with ${events[0]?.type} and not user_message`);
    demand(events[0].seq === seq, () => `accepted named seq ${seq}, and the user_message has ${events[0].seq}`);
    checkGrammar(events);
    checkCensus(events);
    const terminal = events.at(-1);
    demand(terminal.type === ends,
      () => `the run ended with ${terminal.type} (${terminal.payload.message ?? ""}) and not ${ends}`);
    return events;
  }

  async #repeat() {
    const message = { text: "/think 2", message_id: randomUUID() };
    const first = await this.#send(this.#caller, message);
    await this.#finished(this.#caller, first, "agent_completed");
    const head = this.#record.cursor.seq;
    const again = await this.#send(this.#caller, message);
    demand(again.duplicate === true, "the same message again was not called a duplicate");
    demand(again.run_id === first.run_id, () => `the same message again got another run: ${again.run_id}`);
    demand(again.seq === first.seq, () => `the same message again got seq ${again.seq} and not ${first.seq}`);
    await this.#settled(this.#caller);
    demand(this.#record.cursor.seq === head, "the same message again made new events");
    return `run ${first.run_id}`;
  }

  /** Everything that the server had to say so far has come: frames are answered in order. */
  async #settled(caller) {
    const id = randomUUID();
    caller.send({ type: "ping", id });
    await caller.find((frame) => frame.id === id, "no pong came");
  }

  async #resume() {
    const accepted = await this.#send(this.#caller, { text: `/story ${STORY_WORDS} 20`, message_id: randomUUID() });
    await this.#caller.find(
      (frame) => frame.type === "text_delta" && frame.seq > accepted.seq + 4, "no text_delta came");
    this.#caller.drop();
    const { cursor } = this.#record;
    const { caller } = await this.#greeted(this.#onFrame);
    this.#caller = caller;
    await this.#subscribe(caller, cursor);
    const events = await this.#finished(caller, accepted, "agent_completed");
    demand(answer(events) === words(STORY_WORDS), () => `the story is ${shown(answer(events))}`);
    return `cut after event ${cursor.seq}, whole up to ${this.#record.cursor.seq}`;
  }

  async #subscribe(caller, since) {
    const id = randomUUID();
    caller.send({ type: "subscribe", id, thread_id: this.#threadId, since });
    const subscribed = await caller.find((frame) => frame.id === id, "no subscribed came");
    demand(subscribed.type === "subscribed", () => `subscribe was answered by ${shown(subscribed)}`);
    demand(subscribed.recovered === true, () => `the thread was not recovered: ${subscribed.reason}`);
    const caughtUp = await caller.type("caught_up");
    demand(caughtUp.seq >= subscribed.seq, () => `caught_up ${caughtUp.seq} is below subscribed ${subscribed.seq}`);
    const end = caller.frames.indexOf(caughtUp);
    caller.frames.filter((frame) => frame.payload).forEach((event) => {
      const isReplayed = caller.frames.indexOf(event) < end;
      demand((event.replay === true) === isReplayed,
        () => `event ${event.seq} ${isReplayed ? "lacks replay:true before" : "has replay:true after"} caught_up`);
    });
    return caughtUp;
  }

  async #replay() {
    const again = new ThreadRecord(this.#threadId);
    const { caller } = await this.#greeted((frame) => {
      demand(frame.type !== "error", () => `the server answered error ${frame.code}: ${frame.message}`);
      again.take(frame);
    });
    await this.#subscribe(caller, { epoch: "", seq: 0 });
    const live = this.#record.events;
    demand(again.events.length === live.length, () => `${again.events.length} events are kept, and ${live.length} came`);
    live.forEach((event, at) => {
      const { replay: _, ...kept } = again.events[at];
      const { replay: __, ...came } = event;
      demand(isDeepStrictEqual(kept, came), () => `event ${event.seq} (${event.type}) is not what came live`);
    });
    return `${live.length} events`;
  }

  #told(events) { return `${events.length} events, ${events.at(-1).type}`; }
}

/** Runs the steps; report(line) for each that held. Throws the Failure of the first that did not. */
export async function travel(journey, report) {
  for (const [title, step] of journey.steps()) {
    try {
      report(`ok    ${title} (${await step()})`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(`${title}: ${error.message}`);
    }
  }
}
