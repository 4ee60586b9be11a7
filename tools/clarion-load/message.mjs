// One message of a user, sent until it is answered, and what its run must come to.

/** open: not answered yet · accepted · refused: by busy, and not tried again. */
export class Message {
  state = "open";
  runId = null;
  seq = 0;
  sends = 0; // all
  waiting = 0; // sends whose answer may still come
  lost = 0; // sends whose connection ended before the answer
  retryAt = 0; // when a message that nobody carries is sent again, by performance.now()
  sentAt = 0; // the first time
  ended = false;
  cancelSent = false;
  cancelAccepted = false;
  #fresh = 0; // times that it was accepted as new

  constructor({ user, id, thread, speech, onBusy }) {
    Object.assign(this, { user, id, thread, speech, onBusy });
  }

  get frame() {
    const frame = {
      type: "message", thread_id: this.thread, message_id: this.id, text: this.speech.text,
      metadata: { canary: this.user.canary },
    };
    return this.onBusy === "enqueue" ? frame : { ...frame, on_busy: this.onBusy };
  }

  /** An `accepted` came on a connection that has seen the thread up to `seen`. */
  accept(frame, seen) {
    const where = { thread: this.thread, run: frame.run_id, seq: frame.seq };
    const wrong = (name, text) => this.user.wrong(name, where, `${this.id}: ${text}`);
    if (frame.thread_id !== this.thread || frame.message_id !== this.id || !(frame.seq > 0)) {
      wrong("malformed", JSON.stringify(frame));
    }
    if (this.runId !== null && this.runId !== frame.run_id) wrong("two_runs", `had ${this.runId} before`);
    else if (this.seq !== 0 && this.seq !== frame.seq) wrong("accepted_not_in_log", `seq was ${this.seq} before`);
    if (frame.duplicate === false) {
      this.#fresh += 1;
      if (this.#fresh > 1) wrong("accepted_twice", "as new once more");
      if (seen >= frame.seq) wrong("accepted_late", `its user_message came before, ${seen} was seen`);
    } else if (this.sends === 1) {
      wrong("accepted_twice", "duplicate, though sent once");
    }
    this.runId ??= frame.run_id;
    this.seq ||= frame.seq;
    this.state = "accepted";
  }

  /** Its run has ended with that event. */
  end(run, event, { outages }) {
    this.ended = true;
    const wrong = (name, text) => this.user.wrong(name, {
      thread: this.thread, run: event.run_id, seq: event.seq,
    }, `${this.speech.text.slice(0, 60)}: ${text}`);
    this.outcome = event.type === "agent_error" ? event.payload.code : event.type;
    if (event.type === "agent_cancelled") this.#checkCancel(event.payload.reason, wrong, outages);
    else if (outages && ["process_lost", "storage_unavailable"].includes(this.outcome)) this.outage = true;
    else if (this.outcome !== this.speech.ending) {
      wrong("wrong_ending", `ended ${this.outcome}, not ${this.speech.ending}: ${event.payload.message ?? ""}`);
    } else if (this.speech.answer !== undefined && run.text !== this.speech.answer) {
      wrong("wrong_text", `answered "${run.text.slice(0, 80)}"`);
    }
    this.#checkIgnored(wrong);
  }

  /** known: the server must have had the message when it answered. */
  cancelled(verdict, known) {
    if (verdict === "accepted") this.cancelAccepted = true;
    const wrong = (name, text) => this.user.wrong(name, { thread: this.thread, run: this.runId }, text);
    if (verdict === "not_found" && known) wrong("wrong_answer", `cancel of ${this.id}: not_found`);
    this.#checkIgnored(wrong);
  }

  #checkIgnored(wrong) {
    if (!this.cancelAccepted || !this.ended || this.outcome === "agent_cancelled" || this.outage) return;
    this.cancelAccepted = false; // once is enough
    wrong("cancel_ignored", `${this.id} ended ${this.outcome}`);
  }

  #checkCancel(reason, wrong, outages) {
    const asked = {
      user: this.cancelSent, interrupted: this.user.interrupts.has(this.thread),
      rolled_back: this.user.rollbacks.has(this.thread), shutdown: outages,
    };
    if (!asked[reason]) wrong("unasked_cancel", `reason ${reason}`);
  }
}
