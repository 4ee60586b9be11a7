// Keys of the whole page. All with Alt+Shift, so that none is in the way of writing or of assistive
// technology; the help dialog lists them from this table.

import { make } from "./dom.js";

const KEYS = [
  ["KeyN", "N", "New conversation", "fresh"],
  ["KeyL", "L", "Conversation list", "list"],
  ["KeyM", "M", "Message field", "message"],
  ["KeyA", "A", "The question that waits for you", "approval"],
  ["KeyS", "S", "Stop the run", "stop"],
  ["KeyT", "T", "Light or dark", "theme"],
  ["KeyH", "H", "This help", "help"],
];
const FIXED = [
  [["Enter"], "Send"],
  [["Shift", "Enter"], "New line"],
  [["↑", "↓"], "Walk through commands, or through the conversation list"],
  [["Delete"], "In the list: delete the conversation"],
  [["Esc"], "Close what is open"],
];

/** actions: one function for each name in KEYS. */
export function listen(actions) {
  addEventListener("keydown", (event) => {
    if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    const name = KEYS.find(([code]) => code === event.code)?.[3];
    if (name === undefined) return;
    event.preventDefault();
    actions[name]();
  });
}

/** Fills the list of the help dialog. */
export function describe(list) {
  const rows = [...KEYS.map(([, letter, what]) => [["Alt", "Shift", letter], what]), ...FIXED];
  list.replaceChildren(...rows.flatMap(([keys, what]) => [
    make("dt", {}, ...keys.flatMap((key, i) => [i > 0 ? " " : null, make("kbd", {}, key)])),
    make("dd", {}, what)]));
}
