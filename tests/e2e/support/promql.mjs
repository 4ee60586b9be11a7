// What a PromQL expression speaks of, as far as our own use it: metrics with their matchers, and the
// labels by which they are put together. Whether it is well-formed, promtool says.

const SELECTOR = /(?<![\w"|])((?:clarion|process)_[a-z0-9_]+)\s*(?:\{([^}]*)\})?/g;
const MATCHER = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"([^"]*)"/g;
const GROUPING = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;

/** Given by the scrape or by Prometheus, not by the server. */
const OUTER_LABELS = new Set(["job", "instance"]);

export function selectorsOf(expression) {
  return [...expression.matchAll(SELECTOR)].map(([, name, matchers = ""]) => ({
    name,
    matchers: [...matchers.matchAll(MATCHER)].map(([, label, how, value]) => ({ label, how, value })),
  }));
}

export function groupingLabelsOf(expression) {
  return [...expression.matchAll(GROUPING)]
    .flatMap(([, names]) => names.split(",").map((name) => name.trim()).filter((name) => name !== ""));
}

/** What an expression speaks of and parsed metrics (support/metrics.mjs) do not have; one line each. */
export function missingIn(metrics, expression) {
  const all = [...metrics.series.values()];
  const missing = [];
  const known = new Set(OUTER_LABELS);
  for (const { name, matchers } of selectorsOf(expression)) {
    const series = all.filter((one) => one.name === name);
    if (series.length === 0) missing.push(`no metric ${name}`);
    for (const one of series) for (const label of Object.keys(one.labels)) known.add(label);
    for (const { label, how, value } of matchers) {
      if (OUTER_LABELS.has(label)) continue;
      const values = how.endsWith("~") ? value.split("|") : [value];
      for (const wanted of values)
        if (!series.some((one) => one.labels[label] === wanted)) missing.push(`no ${name}{${label}="${wanted}"}`);
    }
  }
  for (const label of groupingLabelsOf(expression))
    if (!known.has(label)) missing.push(`no label ${label} for: ${expression}`);
  return missing;
}
