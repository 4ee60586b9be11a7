// What is known of one thread from its events: seq without a gap, one epoch.

import { demand, shown } from "./failure.mjs";

export class ThreadRecord {
  #threadId;

  events = [];

  constructor(threadId) { this.#threadId = threadId; }

  get cursor() {
    const last = this.events.at(-1);
    return { epoch: last?.epoch ?? "", seq: last?.seq ?? 0 };
  }

  /** Takes a frame in when it is an event of the thread. Throws a Failure when it cannot be the next. */
  take(frame) {
    if (frame.payload === undefined || frame.thread_id !== this.#threadId) return;
    const { epoch, seq } = this.cursor;
    const name = `${frame.type} ${frame.seq}`;
    demand(Number.isInteger(frame.seq), () => `an event has no seq: ${shown(frame)}`);
    demand(frame.seq !== seq, () => `event ${frame.seq} (${frame.type}) came twice`);
    demand(frame.seq > seq, () => `event ${name} came after event ${seq}`);
    demand(frame.seq === seq + 1, () => {
      const missing = frame.seq === seq + 2 ? `event ${seq + 1} is` : `events ${seq + 1} to ${frame.seq - 1} are`;
      return `${missing} missing: after ${this.events.at(-1)?.type ?? "the start"} came ${name}`;
    });
    demand(typeof frame.epoch === "string" && frame.epoch !== "", () => `event ${name} has no epoch`);
    demand(seq === 0 || frame.epoch === epoch, () => `event ${name} has another epoch than the one before it`);
    demand(Number.isInteger(frame.timestamp), () => `event ${name} has no timestamp in milliseconds`);
    demand(typeof frame.run_id === "string" && frame.run_id !== "", () => `event ${name} names no run`);
    this.events.push(frame);
  }

  of(runId) { return this.events.filter((event) => event.run_id === runId); }
}
