// The field in which one writes: grows, keeps a draft per thread over a reload, sends with Enter,
// says what a message does while a run is at work, and whom it is for.

import { COMMANDS_OF } from "./commands.js";
import { make } from "./dom.js";
import { SlashHints } from "./slash-hints.js";
import { readText, writeText } from "./storage.js";

const AGENT = "clarion.agent";

export class Composer {
  #ui;
  #told;
  #hints;
  #agents = [];
  #threadId = null;

  /** ui: {message, send, stop, onBusy, onBusyField, agent, agentField, hints}: elements;
   *  told: {send({text, agent, onBusy}), stop()}. */
  constructor(ui, told) {
    this.#ui = ui;
    this.#told = told;
    this.#hints = new SlashHints(ui.message, ui.hints, () => this.#agentName() === COMMANDS_OF);
    ui.message.addEventListener("input", () => {
      this.#sized();
      this.#hints.update();
      writeText("sessionStorage", this.#draft(), ui.message.value);
    });
    ui.message.addEventListener("keydown", (event) => this.#pressed(event));
    ui.send.addEventListener("click", () => this.submit());
    ui.stop.addEventListener("click", () => told.stop());
    ui.agent.addEventListener("change", () => {
      writeText("localStorage", AGENT, ui.agent.value);
      this.#hints.update();
    });
  }

  /** Another thread: its draft is what stands in the field. */
  open(threadId) {
    this.#threadId = threadId;
    this.#ui.message.value = readText("sessionStorage", this.#draft()) ?? "";
    this.#hints.close();
    this.#sized();
  }

  focus() {
    this.#ui.message.focus();
  }

  submit(text = this.#ui.message.value) {
    if (text.trim() === "") return;
    const { agent, agentField, onBusy, onBusyField, message } = this.#ui;
    const chosen = agentField.hidden ? undefined : agent.value;
    this.#told.send({ text, agent: chosen, onBusy: onBusyField.hidden ? undefined : onBusy.value });
    if (text === message.value) {
      message.value = "";
      writeText("sessionStorage", this.#draft(), null);
    }
    onBusy.value = "enqueue"; // interrupting is meant once
    this.#hints.close();
    this.#sized();
  }

  /** agents: as in `welcome`. One agent needs no choice. */
  setAgents(agents = []) {
    this.#agents = agents;
    const { agent, agentField } = this.#ui;
    const wanted = [agent.value, readText("localStorage", AGENT)]
      .find((name) => agents.some((a) => a.name === name && a.available !== false));
    agent.replaceChildren(...agents.map((a) => make("option", { value: a.name,
      disabled: a.available === false, title: a.description ?? null },
    a.available === false ? `${a.name} (${a.reason ?? "not available"})` : a.name)));
    agent.value = wanted ?? this.#standard();
    agentField.hidden = agents.length < 2;
  }

  /** busy: a run is at work or in line; connected: it can be stopped; stopping: it was told to. */
  setRun({ busy, connected, stopping }) {
    const { stop, onBusyField, message } = this.#ui;
    const { activeElement: active } = document;
    const hadFocus = active === stop || onBusyField.contains(active);
    stop.hidden = !busy || !connected;
    stop.disabled = stopping;
    stop.lastElementChild.textContent = stopping ? "Stopping…" : "Stop";
    onBusyField.hidden = !busy;
    if (hadFocus && (stop.hidden || stop.disabled)) message.focus();
  }

  #standard() {
    return (this.#agents.find((a) => a.default) ?? this.#agents[0])?.name ?? "";
  }

  #agentName() {
    return this.#ui.agentField.hidden ? this.#standard() : this.#ui.agent.value;
  }

  #draft() {
    return `clarion.draft.${this.#threadId}`;
  }

  #pressed(event) {
    if (event.isComposing) return;
    if (this.#hints.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.submit();
  }

  #sized() {
    const { message, send } = this.#ui;
    send.disabled = message.value.trim() === "";
    if (CSS.supports("field-sizing", "content")) return;
    message.style.height = "auto";
    message.style.height = `${message.scrollHeight}px`;
  }
}
