// Inline Markdown as a tree: emphasis, code, links. Pure and linear in the length of the text,
// whatever the text is; nothing in it is ever markup but what this file makes of it.
//
// node: a string, or {tag, attrs?, children}. Tags: em strong del code a.
//
// Narrower than CommonMark, on purpose: a mark counts only at the edge of a word (2*3*4 is
// arithmetic), HTML and entities are text, images become links, links are http(s) and mailto only.

const SEGMENT = 4096; // characters; marks do not reach across, so work on a growing text is bounded
const NESTED_MAX = 16;
const BEFORE_OPENING = /[\s([{"'“‘«„¿¡—–\-/_~*:]|[^\x00-\x7f]/;
const AFTER_CLOSING = /[\s)\]}"'”’».,;:!?…—–\-/_~*]|[^\x00-\x7f]/;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const SPECIAL = /[\\`*_~[\]<]|!\[|https?:\/\//gi;
const ANGLED = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/iy;
const BARE = /https?:\/\/[^\s<>"`]+/iy;
const TITLE = /(?:\s+(?:"[^"]*"|'[^']*'))?/;
const TARGET = new RegExp(
  `\\(\\s*(?:<([^<>\\n]*)>|((?:[^\\s()\\\\]|\\\\.|\\([^\\s()]*\\))*))${TITLE.source}\\s*\\)`, "y");

/** The address of a link that may be followed, or null. */
export function safeAddress(text) {
  if (/[\s\x00-\x1f]/.test(text)) return null;
  try {
    const { href, protocol } = new URL(text);
    return ["http:", "https:", "mailto:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** The nodes of a text. cache: a Map that keeps what did not change since the last call. */
export function inline(text, cache = new Map()) {
  const kept = new Map();
  const nodes = [];
  for (const segment of segments(text)) {
    const parsed = cache.get(segment) ?? kept.get(segment) ?? parse(segment);
    kept.set(segment, parsed);
    for (const node of parsed) nodes.push(node);
  }
  cache.clear();
  for (const [segment, parsed] of kept) cache.set(segment, parsed);
  return nodes;
}

// Where a text is cut depends only on what stands before the cut: it never moves as text comes.
function* segments(text) {
  const blank = /\s/g;
  let from = 0;
  while (text.length - from > SEGMENT) {
    blank.lastIndex = from + SEGMENT;
    const found = blank.exec(text)?.index ?? Infinity;
    let to = Math.min(found + 1, from + 2 * SEGMENT);
    if (to > text.length) break;
    if (/[\ud800-\udbff]/.test(text[to - 1])) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
  if (from < text.length) yield text.slice(from);
}

function parse(text) {
  const items = []; // strings, nodes, {mark, count, opens, closes}
  const brackets = []; // places in items where a link may begin: {at, image}
  const ticks = tickRuns(text);
  let plain = "";
  let i = 0;
  const flush = () => {
    if (plain !== "") items.push(plain);
    plain = "";
  };
  const put = (item, length) => {
    flush();
    items.push(item);
    i += length;
  };
  while (i < text.length) {
    SPECIAL.lastIndex = i;
    const special = SPECIAL.exec(text);
    const at = special?.index ?? text.length;
    plain += text.slice(i, at);
    i = at;
    if (!special) break;
    const c = text[i];
    if (c === "\\" && ESCAPABLE.test(text[i + 1] ?? "")) {
      plain += text[i + 1];
      i += 2;
    } else if (c === "`") {
      const span = codeSpan(text, i, ticks);
      if (span.node) put(span.node, span.length);
      else {
        plain += text.slice(i, i + span.length);
        i += span.length;
      }
    } else if (c === "*" || c === "_" || c === "~") {
      const mark = markAt(text, i);
      if (mark.count <= 3 && (mark.opens || mark.closes)) put(mark, mark.count);
      else {
        plain += c.repeat(mark.count);
        i += mark.count;
      }
    } else if (c === "[" || c === "!") {
      brackets.push({ at: items.length + (plain === "" ? 0 : 1), image: c === "!" });
      put(c === "!" ? "![" : "[", c === "!" ? 2 : 1);
    } else if (c === "]") {
      flush();
      const length = closeBracket(text, i, items, brackets);
      if (length === 0) plain += "]";
      i += Math.max(1, length);
    } else {
      const link = address(text, i);
      if (link) put(link.node, link.length);
      else {
        plain += c;
        i += 1;
      }
    }
  }
  flush();
  return emphasised(items);
}

function tickRuns(text) {
  const runs = new Map(); // length → places, in order
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    if (!runs.has(run.length)) runs.set(run.length, []);
    runs.get(run.length).push(index);
  }
  return runs;
}

function codeSpan(text, at, ticks) {
  let length = 1;
  while (text[at + length] === "`") length += 1;
  const places = ticks.get(length) ?? [];
  while (places.length > 0 && places[0] <= at) places.shift();
  if (places.length === 0) return { node: null, length };
  let code = text.slice(at + length, places[0]);
  if (/^ .*\S.* $/s.test(code)) code = code.slice(1, -1);
  return { node: { tag: "code", children: [code] }, length: places[0] + length - at };
}

function markAt(text, at) {
  const mark = text[at];
  let count = 1;
  while (text[at + count] === mark) count += 1;
  const before = text[at - 1] ?? " ";
  const after = text[at + count] ?? " ";
  return {
    mark, count,
    opens: BEFORE_OPENING.test(before) && !/\s/.test(after),
    closes: AFTER_CLOSING.test(after) && !/\s/.test(before),
  };
}

/** The length of `](…)` when a link ends here, else 0. */
function closeBracket(text, at, items, brackets) {
  const bracket = brackets.pop();
  if (!bracket) return 0;
  TARGET.lastIndex = at + 1;
  const target = TARGET.exec(text);
  const href = target && safeAddress((target[1] ?? target[2]).replace(/\\(.)/g, "$1"));
  if (!href) return 0;
  const inner = emphasised(items.splice(bracket.at).slice(1));
  const label = bracket.image || hasLink(inner) ? [textOf(inner)] : inner;
  items.push(link(href, textOf(label) === "" ? [href] : label));
  brackets.length = 0; // no link within a link
  return 1 + target[0].length;
}

function address(text, at) {
  ANGLED.lastIndex = at;
  const angled = ANGLED.exec(text);
  if (angled && safeAddress(angled[1])) {
    return { node: link(safeAddress(angled[1]), [angled[1]]), length: angled[0].length };
  }
  if (text[at] === "<" || /[A-Za-z0-9]/.test(text[at - 1] ?? "")) return null;
  BARE.lastIndex = at;
  const bare = trimmedAddress(BARE.exec(text)?.[0] ?? "");
  const href = safeAddress(bare);
  return href ? { node: link(href, [bare]), length: bare.length } : null;
}

// A sentence's punctuation is not part of an address, nor is the bracket around it.
function trimmedAddress(text) {
  let end = text.length;
  let open = 0;
  for (const c of text) open += c === "(" ? 1 : c === ")" ? -1 : 0;
  for (; end > 0; end -= 1) {
    const c = text[end - 1];
    if (c === ")" && open < 0) open += 1;
    else if (!/[.,;:!?*_~'\]}]/.test(c)) break;
  }
  return text.slice(0, end);
}

function link(href, children) {
  return { tag: "a", attrs: { href, rel: "noopener noreferrer", target: "_blank" }, children };
}

function emphasised(items) {
  const stack = [{ children: [] }];
  const top = () => stack.at(-1).children;
  const unwind = (height) => {
    while (stack.length > height) {
      const { mark, count, children } = stack.pop();
      top().push(mark.repeat(count), ...children);
    }
  };
  for (const item of items) {
    if (item.mark === undefined) {
      top().push(item);
      continue;
    }
    const { mark } = item;
    let { count } = item;
    while (item.closes && count > 0) {
      const paired = (frame) => mark !== "~" || (count > 1 && frame.count > 1);
      const fits = (frame) => frame.mark === mark && paired(frame);
      const at = stack.findLastIndex(fits);
      if (at < 1) break;
      unwind(at + 1);
      const frame = stack.pop();
      const used = Math.min(count, frame.count, 2);
      const tag = mark === "~" ? "del" : used === 2 ? "strong" : "em";
      const node = { tag, children: merged(frame.children) };
      count -= used;
      frame.count -= used;
      if (frame.count === 0) top().push(node);
      else stack.push({ ...frame, children: [node] });
    }
    if (count === 0) continue;
    if (item.opens && stack.length <= NESTED_MAX) stack.push({ mark, count, children: [] });
    else top().push(mark.repeat(count));
  }
  unwind(1);
  return merged(stack[0].children);
}

function merged(nodes) {
  const all = [];
  for (const node of nodes) {
    if (typeof node === "string" && typeof all.at(-1) === "string") all[all.length - 1] += node;
    else all.push(node);
  }
  return all;
}

function hasLink(nodes) {
  return nodes.some((n) => typeof n !== "string" && (n.tag === "a" || hasLink(n.children)));
}

function textOf(nodes) {
  return nodes.map((n) => (typeof n === "string" ? n : textOf(n.children))).join("");
}
