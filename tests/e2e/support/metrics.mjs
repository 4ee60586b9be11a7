// Reads the Prometheus text format as strictly as promtool does where it matters to us: every sample
// belongs to a family with HELP and TYPE before it, names and labels are legal, no series comes
// twice, histograms are cumulative and end in +Inf.

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"$/;
const SUFFIX = /_(bucket|sum|count)$/;

/** Throws where the text breaks the format. Gives value(name, labels = {}), families and series. */
export function parseMetrics(text) {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map();
  const series = new Map();
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP ")) {
      const [, , name, ...help] = line.split(" ");
      if (families.has(name) || help.join("").length === 0) throw new Error(`bad HELP: ${line}`);
      families.set(name, { help: help.join(" ") });
    } else if (line.startsWith("# TYPE ")) {
      const [, , name, type] = line.split(" ");
      const family = families.get(name);
      if (!family || family.type) throw new Error(`TYPE without its own HELP: ${line}`);
      family.type = type;
    } else {
      addSample(line, families, series);
    }
  }
  checkHistograms(families, series);
  return {
    families,
    series,
    value(name, labels = {}) {
      return series.get(keyOf(name, labels))?.value;
    },
    /** Over all series of a name. */
    sum(name) {
      return [...series.values()].filter((one) => one.name === name)
        .reduce((all, one) => all + one.value, 0);
    },
  };
}

function keyOf(name, labels) {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}

function addSample(line, families, series) {
  const found = SAMPLE.exec(line);
  if (!found) throw new Error(`not a sample: ${line}`);
  const [, name, written = "", number] = found;
  const labels = {};
  for (const one of written === "" ? [] : written.split(/,(?=[a-zA-Z_][a-zA-Z0-9_]*=")/)) {
    const label = LABEL.exec(one);
    if (!label || label[1] in labels) throw new Error(`bad label ${one} in: ${line}`);
    labels[label[1]] = label[2];
  }
  const value = number === "+Inf" ? Infinity : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  const family = families.get(name) ?? families.get(name.replace(SUFFIX, ""));
  if (!family?.type) throw new Error(`no HELP and TYPE for: ${line}`);
  if (family.type === "counter" && value < 0) throw new Error(`a counter below 0: ${line}`);
  const key = keyOf(name, labels);
  if (series.has(key)) throw new Error(`twice: ${line}`);
  series.set(key, { name, labels, value });
}

function checkHistograms(families, series) {
  for (const [name, { type }] of families) {
    if (type !== "histogram") continue;
    const bySet = new Map();
    for (const one of series.values()) {
      if (one.name !== `${name}_bucket`) continue;
      const { le, ...rest } = one.labels;
      const key = keyOf(name, rest);
      bySet.set(key, [...(bySet.get(key) ?? []), { le, value: one.value, rest }]);
    }
    for (const buckets of bySet.values()) {
      const values = buckets.map((one) => one.value);
      const rises = values.every((value, at) => at === 0 || value >= values[at - 1]);
      const last = buckets.at(-1);
      const count = series.get(keyOf(`${name}_count`, last.rest))?.value;
      if (!rises || last.le !== "+Inf" || count !== last.value)
        throw new Error(`the buckets of ${name} are not cumulative`);
    }
  }
}
