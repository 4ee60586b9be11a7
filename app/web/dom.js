// Building elements. Text only ever becomes text nodes: there is no way from a string to markup.

/** make("p.note", {id: "x", hidden: true, onclick: f}, "text", child, …): attributes, properties
 *  for booleans and functions; null children are left out. */
export function make(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length > 0) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "boolean" || typeof value === "function") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const LONG = 240; // characters; what is longer opens on demand
const PAIRS_MAX = 6;

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Any JSON value as something to read: short objects as names and values, long ones folded. */
export function valueNode(value) {
  if (value === undefined) return make("span.value", {}, "");
  const compact = plain(value);
  if (compact.length > LONG || compact.split("\n").length > 4) {
    const whole = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    const start = compact.slice(0, 90).replace(/\s+/g, " ");
    return make("details.value", {}, make("summary", {}, `${start}…`), make("pre", {}, whole));
  }
  const named = typeof value === "object" && value !== null && !Array.isArray(value);
  const pairs = named ? Object.entries(value) : [];
  if (!named || pairs.length > PAIRS_MAX) return make("span.value", {}, compact);
  const shown = pairs.flatMap(([name, v], i) => [
    i > 0 ? " " : null, make("span.key", {}, name), " ", make("span.value", {}, plain(v)),
  ]);
  return make("span.pairs", {}, ...shown);
}
