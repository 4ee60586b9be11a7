// Block Markdown as a tree. Pure: lines in, blocks out; which lines belong to a block depends only
// on complete lines up to the next block's first one, which is what markdown-stream.js builds on.
//
// block: {tag, attrs?, children, start}: start is the index of its first line. Tags: p heading ul
// ol li blockquote hr table thead tbody tr th td, and codeblock {lang, code}.

import { inline } from "./markdown-inline.js";

const NESTED_MAX = 8; // deeper quotes and lists are text
const COLUMNS_MAX = 64;
const MARK_LINE_MAX = 1000; // characters of a line that can be a rule or a table's second line
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const TABLE_MARK = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** options: {depth, cache}: cache as of inline(). */
export function parseBlocks(lines, { depth = 0, cache } = {}) {
  const blocks = [];
  let i = 0;
  while (i < lines.length) {
    if (isBlank(lines[i])) {
      i += 1;
      continue;
    }
    const read = READERS.find(({ begins }) => begins(lines, i, depth)).read;
    const { end, ...block } = read(lines, i, { depth, cache });
    blocks.push({ ...block, start: i });
    i = end;
  }
  return blocks;
}

export function splitLines(text) {
  return text.split("\n").map((line) => {
    const ended = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (!/^ *\t/.test(ended)) return ended;
    return ended.replace(/^[ \t]{1,200}/, (blank) => blank.replace(/\t/g, "    "));
  });
}

const isBlank = (line) => line.trim() === "";
const indentOf = (line) => /^ */.exec(line)[0].length;
const short = (line) => line.length <= MARK_LINE_MAX;

const isFence = (line) => {
  const found = FENCE.exec(line);
  return found !== null && !(found[1][0] === "`" && found[2].includes("`"));
};
const isRule = (line) => short(line) && RULE.test(line);
const isItem = (line) => ITEM.test(line) && !isRule(line);

function isTable(lines, i) {
  const [head, mark] = [lines[i], lines[i + 1] ?? ""];
  return head.includes("|") && mark.includes("-") && short(mark) && TABLE_MARK.test(mark)
    && cells(head).length === cells(mark).length;
}

/** Does a line that follows a paragraph's line begin something else? */
function interrupts(lines, i, depth) {
  const line = lines[i];
  if (isFence(line) || HEADING.test(line) || isRule(line) || isTable(lines, i)) return true;
  if (depth >= NESTED_MAX) return false;
  if (QUOTE.test(line)) return true;
  const [, , mark, gap] = ITEM.exec(line) ?? [];
  return mark !== undefined && gap !== "" && (mark.length === 1 || parseInt(mark, 10) === 1);
}

// In the order in which they are tried; the last one takes whatever is left.
const READERS = [
  { begins: (lines, i) => isFence(lines[i]), read: codeBlock },
  { begins: (lines, i) => HEADING.test(lines[i]), read: heading },
  { begins: (lines, i) => isRule(lines[i]), read: rule },
  { begins: (lines, i, depth) => depth < NESTED_MAX && QUOTE.test(lines[i]), read: quote },
  { begins: (lines, i, depth) => depth < NESTED_MAX && isItem(lines[i]), read: list },
  { begins: isTable, read: table },
  { begins: () => true, read: paragraph },
];

function rule(lines, from) {
  return { tag: "hr", children: [], end: from + 1 };
}

function codeBlock(lines, from) {
  const [, fence, info] = FENCE.exec(lines[from]);
  const indent = indentOf(lines[from]);
  const closes = (line) => {
    const bare = line.trim();
    return indentOf(line) <= 3 && bare.length >= fence.length
      && bare === fence[0].repeat(bare.length);
  };
  let end = from + 1;
  while (end < lines.length && !closes(lines[end])) end += 1;
  const code = lines.slice(from + 1, end)
    .map((line) => line.slice(Math.min(indent, indentOf(line)))).join("\n");
  return { tag: "codeblock", lang: info.trim().split(/\s/)[0].slice(0, 40), code, children: [],
    end: Math.min(end + 1, lines.length) };
}

function heading(lines, from) {
  const [all, marks] = HEADING.exec(lines[from]);
  const text = lines[from].slice(all.length).trim().replace(/(?:^|[ \t])#+$/, "").trim();
  return { tag: "heading", level: marks.length, children: inline(text), end: from + 1 };
}

function quote(lines, from, { depth, cache }) {
  let end = from;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(from, end).map((line) => line.replace(QUOTE, ""));
  return { tag: "blockquote", children: parseBlocks(inner, { depth: depth + 1, cache }), end };
}

function list(lines, from, { depth, cache }) {
  const kindOf = (mark) => (mark.length === 1 ? mark : mark.at(-1));
  const [, , first] = ITEM.exec(lines[from]);
  const items = []; // arrays of lines, without their indentation
  let loose = false;
  let blank = false; // was the line before this one
  let inset = 0;
  let i = from;
  for (; i < lines.length; i += 1) {
    const line = lines[i];
    if (isBlank(line)) {
      blank = true;
      items.at(-1)?.push("");
      continue;
    }
    const indent = indentOf(line);
    const nested = items.length > 0 && indent >= Math.min(inset, 2);
    const [whole, lead, mark, gap] = (!nested && isItem(line) && ITEM.exec(line)) || [];
    if (mark !== undefined && kindOf(mark) === kindOf(first)) {
      inset = lead.length + mark.length + (gap.length > 4 ? 1 : gap.length || 1);
      items.push([line.slice(gap.length > 4 ? inset : whole.length)]);
    } else if (nested) {
      items.at(-1).push(line.slice(Math.min(indent, inset)));
    } else if (items.length > 0 && !blank && mark === undefined && !interrupts(lines, i, depth)) {
      items.at(-1).push(line);
    } else {
      break;
    }
    if (blank) loose = true;
    blank = false;
  }
  const children = items.map((inner) => item(inner, { depth: depth + 1, cache, loose }));
  if (first.length === 1) return { tag: "ul", children, end: i };
  const begin = parseInt(first, 10);
  return { tag: "ol", attrs: begin === 1 ? {} : { start: String(begin) }, children, end: i };
}

function item(lines, { depth, cache, loose }) {
  const [, box, rest] = /^\[([ xX])\] (.*)$/s.exec(lines[0]) ?? [];
  const mark = box === " " ? "☐" : "☑";
  const own = box === undefined ? lines : [`${mark} ${rest}`, ...lines.slice(1)];
  const blocks = parseBlocks(own, { depth, cache });
  const tight = (block) => (block.tag === "p" && !loose ? block.children : [block]);
  return { tag: "li", children: blocks.flatMap(tight) };
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "");
  const parts = inner.split("|");
  const all = [];
  let kept = "";
  for (const part of parts) {
    if (part.endsWith("\\")) {
      kept += `${part.slice(0, -1)}|`;
    } else {
      all.push((kept + part).trim());
      kept = "";
    }
  }
  if (kept !== "") all.push(kept.slice(0, -1).trim());
  if (all.length > 1 && all.at(-1) === "" && inner.trimEnd().endsWith("|")) all.pop();
  return all.slice(0, COLUMNS_MAX);
}

function table(lines, from, { depth }) {
  const columns = cells(lines[from + 1]).map((mark) => (
    mark.endsWith(":") ? (mark.startsWith(":") ? "center" : "end") : null));
  const row = (line, tag) => {
    const texts = cells(line);
    return { tag: "tr", children: columns.map((align, n) => ({
      tag,
      attrs: { ...(align && { "data-align": align }), ...(tag === "th" && { scope: "col" }) },
      children: inline(texts[n] ?? "") })) };
  };
  let end = from + 2;
  while (end < lines.length && !isBlank(lines[end]) && !interrupts(lines, end, depth)) end += 1;
  const body = lines.slice(from + 2, end).map((line) => row(line, "td"));
  return { tag: "table", end, children: [
    { tag: "thead", children: [row(lines[from], "th")] }, { tag: "tbody", children: body }] };
}

function paragraph(lines, from, { depth, cache }) {
  let end = from + 1;
  while (end < lines.length && !isBlank(lines[end]) && !interrupts(lines, end, depth)) end += 1;
  const text = lines.slice(from, end).join("\n").trim();
  // Only a long paragraph is worth the cache: short ones would push it out.
  return { tag: "p", children: inline(text, text.length > 4096 ? cache : undefined), end };
}
