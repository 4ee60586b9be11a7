// Draws one turn: the user's message, the live activity of its run, the answer, the outcome.
// Draws what thread-view.js says and keeps no state of its own but the nodes.

import { ActivityCard } from "./activity-card.js";
import { ApprovalCard } from "./approval-card.js";
import { make, valueNode } from "./dom.js";
import { MarkdownView } from "./markdown-view.js";
import {
  cancelledWords, duration, errorWords, plural, runErrorWords, sentence,
} from "./words.js";

export class RunCard {
  #turn;
  #actions;
  #texts = new Map(); // item key → {node, view, shown}
  #blocks = new Map(); // item key → element of a report or the outcome
  #activities = []; // ActivityCard, in order
  #homes = new Map(); // item key → ActivityCard
  #approvals = new Map(); // item key → ApprovalCard, while open
  #flow = make("div.flow", { "data-testid": "flow" });
  #ask = make("div.ask", {
    "data-testid": "user-message", role: "group", "aria-label": "Your message", dir: "auto" });
  #note = make("div.ask-note");
  #noted = null;

  /** actions: {retry(turn), discard(turn), cancel(turn), decide(answer), focus(), grown()} */
  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.element = make("article.turn", { "data-testid": "run" },
      make("h2.unseen", {}, "You asked"), this.#ask, this.#note, this.#flow);
    this.update();
    for (const item of turn.items) this.show(item);
  }

  /** The turn's own fields changed. */
  update() {
    const turn = this.#turn;
    const { dataset } = this.element;
    dataset.state = turn.state;
    if (turn.messageId !== null) dataset.messageId = turn.messageId;
    if (turn.runId !== null) dataset.runId = turn.runId;
    const asked = turn.text ?? "The message before this is not here.";
    if (this.#ask.textContent !== asked) this.#ask.textContent = asked;
    this.#ask.classList.toggle("lost", turn.text === null);
    const noted = `${turn.state} ${turn.refusal?.code} ${turn.offline}`;
    if (this.#noted === noted) return; // a button that has the focus stays
    this.#noted = noted;
    this.#note.replaceChildren(...this.#noteParts());
  }

  /** An item was added or changed; with `delta` only that much text was added to it. */
  show(item, delta) {
    if (item.kind === "text") this.#showText(item, delta);
    else if (item.kind === "terminal") this.#showOutcome(item);
    else if (item.kind === "report") this.#block(item, "section.report").replaceChildren(
      ...reportParts(item));
    else this.#showStep(item);
  }

  #showStep(item) {
    if (item.kind === "approval") this.#showApproval(item);
    let activity = this.#homes.get(item.key);
    if (!activity) {
      // A text ends a stretch of activity, and what comes after it begins another.
      activity = this.#activities.at(-1);
      if (!activity || this.#flow.lastElementChild !== activity.element) {
        activity = new ActivityCard(this.#turn);
        this.#activities.push(activity);
        this.#flow.append(activity.element);
      }
      this.#homes.set(item.key, activity);
    }
    activity.show(item);
  }

  #showApproval(item) {
    const known = this.#approvals.get(item.key);
    if (!item.open) {
      this.#approvals.delete(item.key);
      if (known?.remove()) this.#actions.focus();
    } else if (!known) {
      const card = new ApprovalCard(item, this.#actions.decide);
      this.#approvals.set(item.key, card);
      this.element.append(card.element);
    }
  }

  #showText(item, delta) {
    let text = this.#texts.get(item.key);
    if (!text) {
      const node = make("div.answer", { "data-testid": "answer", role: "group",
        "aria-label": "Answer", "data-message-id": item.messageId });
      text = { node, view: new MarkdownView(node, this.#actions.grown), shown: "" };
      this.#texts.set(item.key, text);
      this.#flow.append(node);
    }
    if (delta !== undefined && text.shown.length + delta.length === item.text.length) {
      text.view.append(delta);
    } else if (item.text.startsWith(text.shown)) {
      text.view.append(item.text.slice(text.shown.length));
    } else {
      text.view.replace(item.text);
    }
    text.shown = item.text;
    if (delta === undefined) text.view.draw();
    text.node.dataset.open = String(item.open);
    text.node.hidden = item.text === "";
  }

  #showOutcome(item) {
    for (const { key, kind } of this.#turn.items) {
      if (kind === "text") this.#showText(this.#turn.byKey.get(key));
      if (kind === "approval") this.#showApproval(this.#turn.byKey.get(key));
    }
    for (const activity of this.#activities) activity.fold();
    drawOutcome(this.#block(item, "p.outcome"), item);
  }

  #block(item, selector) {
    let node = this.#blocks.get(item.key);
    if (!node) {
      node = make(selector, { "data-stage": item.type });
      this.#blocks.set(item.key, node);
      this.#flow.append(node);
    }
    return node;
  }

  #noteParts() {
    const turn = this.#turn;
    const button = (label, testid, act) => make("button.quiet", {
      type: "button", "data-testid": testid, onclick: () => act(turn) }, label);
    if (turn.state === "sending") {
      return [turn.offline ? "Kept here, and sent as soon as the connection is back."
        : "Sending…"];
    }
    if (turn.state === "queued") {
      return [button("Take it back", "cancel-queued", this.#actions.cancel)];
    }
    if (turn.state !== "unsent") return [];
    return [
      make("span.bad", { role: "alert" }, `Not sent. ${errorWords(turn.refusal)}`), " ",
      button("Send again", "retry", this.#actions.retry), " ",
      button("Discard", "discard", this.#actions.discard),
    ];
  }
}

function reportParts(item) {
  const body = make("div.answer.report-text");
  new MarkdownView(body).replace(item.text);
  return [make("p.report-title", {}, make("strong", {}, "Report")), body,
    item.data === undefined ? null : make("div.faint", {}, valueNode(item.data))].filter(Boolean);
}

function drawOutcome(node, item) {
  const { payload: p, census, type } = item;
  node.dataset.census = census;
  node.title = timingWords(p);
  const [headline, told] = {
    agent_completed: () => ["Done"],
    agent_cancelled: () => [cancelledWords(p)],
    agent_error: () => [runErrorWords(p), p.message ? ` ${sentence(p.message)}` : ""],
  }[type]();
  const facts = [type === "agent_completed" ? "in" : "after"];
  facts[0] += ` ${duration(p.execution_time_ms)}`;
  if (type === "agent_error") facts.unshift(p.code);
  if (p.usage?.total_tokens) facts.push(plural(p.usage.total_tokens, "token"));
  if (census === "whole") {
    const events = Object.values(p.census.counts).reduce((a, b) => a + b, 1);
    facts.push(`${plural(events, "event")}, none missing`);
  }
  node.replaceChildren(make("strong", {}, headline), told ?? "", " ",
    make("span.facts", { "data-testid": "facts" }, facts.join(", ")),
    census === "differs"
      ? make("span.bad", {}, " Some events of this run did not arrive.") : "");
}

function timingWords({ timing, execution_time_ms: total }) {
  const named = { queued_ms: "in line", first_event_ms: "to the first event",
    first_text_ms: "to the first word", model_ms: "in the model", tools_ms: "in tools" };
  const parts = Object.entries(named)
    .filter(([name]) => typeof timing?.[name] === "number")
    .map(([name, words]) => `${duration(timing[name])} ${words}`);
  return [`${duration(total)} in all`, ...parts].join(", ");
}
