// Shows Markdown in an element while it is still being written: nodes that did not change stay, and
// a text that grew grows in place. Elements are made from the tags of markdown-*.js alone.

import { MarkdownStream } from "./markdown-stream.js";
import { make } from "./dom.js";

const TAGS = new Set(["p", "ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr",
  "th", "td", "em", "strong", "del", "code", "a"]);
const ATTRIBUTES = new Set(["href", "rel", "target", "start", "scope", "data-align"]);
// Each stands from left to right or from right to left by its own letters.
const DIRECTED = new Set(["p", "li", "th", "td", "h3", "h4", "h5", "h6"]);
const SHARE = 12; // drawing takes at most one part in so many of the time

export class MarkdownView {
  #element;
  #told;
  #stream = new MarkdownStream();
  #open = []; // the blocks whose nodes stand last in the element
  #waiting = null;
  #spent = 0; // ms of the last drawing
  #drawn = 0; // when it was

  /** drawn(): called after each drawing. */
  constructor(element, drawn = () => {}) {
    this.#element = element;
    this.#told = drawn;
  }

  /** Draws soon; a long open block is drawn less often, so that the page stays responsive. */
  append(text) {
    this.#stream.append(text);
    if (this.#waiting !== null) return;
    const rest = this.#drawn + this.#spent * SHARE - performance.now();
    const frame = () => {
      const id = requestAnimationFrame(() => this.draw());
      this.#waiting = { cancel: cancelAnimationFrame, id };
    };
    if (rest < 16) frame();
    else this.#waiting = { cancel: clearTimeout, id: setTimeout(frame, rest) };
  }

  /** Shows another text instead. */
  replace(text) {
    this.#stream = new MarkdownStream();
    this.#open = [];
    this.#element.replaceChildren();
    this.#stream.append(text);
    this.draw();
  }

  /** Draws what has not been drawn yet, now. */
  draw() {
    this.#waiting?.cancel.call(window, this.#waiting.id);
    this.#waiting = null;
    const began = performance.now();
    const { done, open } = this.#stream.take();
    const first = this.#element.childNodes.length - this.#open.length;
    patch(this.#element, this.#open, [...done, ...open], first);
    this.#open = open;
    this.#drawn = performance.now();
    this.#spent = this.#drawn - began;
    this.#told();
  }
}

// Makes the children from index `first` on, which show `before`, show `after`.
function patch(parent, before, after, first = 0) {
  let node = parent.childNodes[first] ?? null;
  for (let i = 0; i < after.length; i += 1) {
    if (i >= before.length) {
      parent.append(build(after[i]));
      continue;
    }
    const next = node.nextSibling;
    if (before[i] !== after[i] && !update(node, before[i], after[i])) {
      node.replaceWith(build(after[i]));
    }
    node = next;
  }
  for (let i = after.length; i < before.length; i += 1) {
    const next = node.nextSibling;
    node.remove();
    node = next;
  }
}

function update(node, before, after) {
  if (typeof after === "string") {
    if (typeof before !== "string") return false;
    grow(node, before, after);
    return true;
  }
  if (before.tag !== after.tag || before.shown !== after.shown || before.lang !== after.lang
    || JSON.stringify(before.attrs) !== JSON.stringify(after.attrs)) return false;
  if (after.tag === "codeblock") {
    const code = node.querySelector("code");
    if (before.code === "" || after.code === "") code.textContent = after.code;
    else grow(code.firstChild, before.code, after.code);
  } else {
    patch(after.tag === "table" ? node.firstChild : node, before.children, after.children);
  }
  return true;
}

function grow(text, before, after) {
  if (after === before) return;
  if (after.startsWith(before)) text.appendData(after.slice(before.length));
  else text.data = after;
}

function build(block) {
  if (typeof block === "string") return document.createTextNode(block);
  if (block.tag === "codeblock") return codeBlock(block);
  const tag = block.tag === "heading" ? `h${block.shown}` : block.tag;
  if (block.tag !== "heading" && !TAGS.has(tag)) throw new Error(`no element for ${tag}`);
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(block.attrs ?? {})) {
    if (ATTRIBUTES.has(name)) node.setAttribute(name, value);
  }
  if (DIRECTED.has(tag)) node.dir = "auto";
  node.append(...block.children.map(build));
  if (tag !== "table") return node;
  // A wide table scrolls by itself, by the keyboard too.
  return make("div.table", { tabindex: "0", role: "region", "aria-label": "Table" }, node);
}

function codeBlock({ lang, code }) {
  const label = lang === "" ? "text" : lang;
  return make("div.code", {},
    make("div.code-head", {}, make("span", { "data-testid": "code-language" }, label),
      make("button.quiet", {
        type: "button", "data-copy": "", "data-testid": "copy-code" }, "Copy")),
    make("pre", { tabindex: "0", role: "region", "aria-label": `Code, ${label}`, dir: "ltr" },
      make("code", {}, code)));
}

/** One listener for all code blocks within the element. told(sentence) says how it went. */
export function copyOnClick(element, told) {
  element.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    try {
      const code = button.closest(".code").querySelector("code");
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      told("Code copied.");
    } catch {
      button.textContent = "Not copied";
      told("The browser did not allow copying.");
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
