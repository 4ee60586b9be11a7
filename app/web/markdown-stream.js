// Markdown that is still being written. However the text is cut into pieces, the result is that of
// the whole text; work is done only on the last block, which is the only one that can still change.

import { parseBlocks, splitLines } from "./markdown-blocks.js";

export class MarkdownStream {
  #text = ""; // of the open part
  #cache = new Map();
  #level = 2; // of the heading before; the page's own are 1 and 2

  append(text) {
    this.#text += text;
  }

  /** {done, open}: done are blocks that will not change any more, each told once; open is the rest
   *  as it looks now. */
  take() {
    const lines = splitLines(this.#text);
    const blocks = parseBlocks(lines, { cache: this.#cache });
    // The line that is not complete may yet belong to the block before it.
    const last = blocks.findLastIndex(({ start }) => start < lines.length - 1);
    const done = last > 0 ? blocks.slice(0, last) : [];
    if (done.length > 0) this.#drop(blocks[last].start);
    this.#level = levelled(done, this.#level);
    const open = blocks.slice(done.length);
    levelled(open, this.#level);
    return { done, open };
  }

  #drop(lines) {
    let at = 0;
    for (let i = 0; i < lines; i += 1) at = this.#text.indexOf("\n", at) + 1;
    this.#text = this.#text.slice(at);
  }
}

/** Blocks of a whole text. */
export function markdown(text) {
  const stream = new MarkdownStream();
  stream.append(text);
  const { done, open } = stream.take();
  return [...done, ...open];
}

// Headings stand below the page's, and never skip a level, whatever the author counted from.
function levelled(nodes, before) {
  let level = before;
  for (const node of nodes) {
    if (typeof node === "string") continue;
    if (node.tag === "heading") {
      level = Math.min(6, node.level + 2, level + 1);
      node.shown = level;
    } else {
      level = levelled(node.children, level);
    }
  }
  return level;
}
