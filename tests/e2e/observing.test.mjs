// What docs/ offers for watching a server, against a server at work: /metrics by promtool's rules, the alert rules and
// the dashboard in a real Prometheus that scrapes it, and the table of docs/operations.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Client } from "./support/client.mjs";
import { found } from "./support/eventually.mjs";
import { parseMetrics } from "./support/metrics.mjs";
import { promtool, startPrometheus } from "./support/prometheus.mjs";
import { missingIn, selectorsOf } from "./support/promql.mjs";
import { startServer } from "./support/server.mjs";

const path = (name) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const ALERTS = path("alerts.yml");
const DASHBOARD = JSON.parse(readFileSync(path("grafana-dashboard.json"), "utf8"));
const OPERATIONS = readFileSync(path("operations.md"), "utf8");

/** {name, expr} of each rule; an expression is one line there. */
const alerts = [...readFileSync(ALERTS, "utf8").matchAll(/- alert: (\w+)\n\s+expr: (.+)\n/g)]
  .map(([, name, expr]) => ({ name, expr }));

/** {title, expr} of each query of the dashboard, its variables filled in as Grafana would. */
const queries = [...DASHBOARD.panels, ...DASHBOARD.annotations.list].flatMap((panel) =>
  (panel.targets ?? (panel.expr ? [panel] : [])).map((target) => ({
    title: panel.title ?? panel.name,
    expr: target.expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"),
  })));

let server;
let prometheus;
let metrics;
let text;

/** Every kind of thing that there is something to be seen of. */
async function work(round) {
  const ada = await Client.open(server, "ada");
  const thread_id = `t${round}`;
  const ends = (count) => () => ada.frames.filter((one) => one.run_id &&
    ["agent_completed", "agent_error"].includes(one.type)).length >= count;
  for (const [at, words] of ["/tools 2", "/fail", "/story 5 0"].entries()) {
    ada.send({ type: "message", thread_id, message_id: `m${at}`, text: words });
    await found(ends(at + 1), () => `run ${at} of round ${round} has not ended`);
    ada.send({ type: "ack", thread_id, seq: ada.frames.findLast((one) => one.payload).seq });
  }
  ada.send({ type: "subscribe", thread_id, since: { epoch: "", seq: 0 } });
  await ada.frame("caught_up");
  await ada.close();
}

before(async () => {
  server = await startServer({ args: ["--admin", "127.0.0.1:0", "--shards", "2"] });
  await work(0);
  text = await (await fetch(`${server.admin}/metrics`)).text();
  metrics = parseMetrics(text);
  prometheus = await startPrometheus({ target: new URL(server.admin).host, rules: ALERTS });
});
after(async () => {
  await prometheus?.stop();
  await server?.stop();
});

test("promtool finds nothing to complain about in /metrics", () => {
  assert.deepEqual(promtool(["check", "metrics"], text), { status: 0, output: "" });
});

test("promtool accepts the alert rules, and each speaks of what /metrics has", () => {
  const { status, output } = promtool(["check", "rules", ALERTS]);
  assert.equal(status, 0, output);
  assert.ok(output.includes(`${alerts.length} rules found`), output);
  assert.deepEqual(alerts.flatMap(({ name, expr }) => missingIn(metrics, expr).map((what) => `${name}: ${what}`)), []);
});

test("every alert fires on a server where all is wrong, and none where all is well", () => {
  const { status, output } = promtool(["test", "rules", fileURLToPath(new URL("../docs/alerts_test.yml", import.meta.url))]);
  assert.equal(status, 0, output);
});

test("each query of the dashboard speaks of what /metrics has", () => {
  assert.ok(queries.length > 60);
  assert.deepEqual(queries.flatMap(({ title, expr }) => missingIn(metrics, expr).map((what) => `${title}: ${what}`)), []);
});

test("each metric stands in docs/operations.md with an alert that watches it", () => {
  const rows = new Map([...OPERATIONS.matchAll(/^\| `((?:clarion|process)_\w+)`[^|]*\|([^|]*)\|([^|]*)\|$/gm)]
    .map(([, name, , watched]) => [name, [...watched.matchAll(/`(Clarion\w+)`/g)].map(([, alert]) => alert)]));
  assert.deepEqual([...rows.keys()].sort(), [...metrics.families.keys()].sort());
  const byName = new Map(alerts.map(({ name, expr }) => [name, expr]));
  for (const [name, watching] of rows) {
    assert.ok(watching.length > 0, `${name} has no alert`);
    for (const alert of watching) {
      const spoken = selectorsOf(byName.get(alert) ?? "").map((one) => one.name.replace(/_(bucket|sum|count)$/, ""));
      assert.ok(spoken.includes(name), `${alert} does not watch ${name}`);
    }
  }
  const told = new Set([...rows.values()].flat());
  assert.deepEqual(alerts.map(({ name }) => name).filter((name) => !told.has(name)), []);
});

test("a Prometheus that scrapes the server evaluates every rule, and none of them fires", async () => {
  await found(async () => (await prometheus.targets()).some((one) => one.health === "up"), () => "not scraped");
  const rules = await found(async () => {
    const all = await prometheus.rules();
    return all.length === alerts.length && all.every((rule) => rule.health !== "unknown") && all;
  }, () => "the rules are not evaluated");
  for (const rule of rules) assert.equal(rule.health, "ok", `${rule.name}: ${rule.lastError}`);
  // A machine that is busy with other tests may hold an event up for half a second: that is said, and rightly.
  const now = parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
  const late = now.sum("clarion_events_late_total") > 0;
  const firing = rules.filter((rule) => rule.state === "firing").map((rule) => rule.name);
  assert.deepEqual(firing.filter((name) => !(late && name === "ClarionCriticalFailure")), []);
});

test("each query of the dashboard has an answer, asked by promtool", async () => {
  let round = 1;
  await found(async () => {
    await work(round++);
    return (await prometheus.query("rate(clarion_write_ack_seconds_count[1m]) > 0")).length > 0;
  }, () => "no rate after many scrapes");
  const silent = [];
  for (let at = 0; at < queries.length; at += 4)
    await Promise.all(queries.slice(at, at + 4).map(async ({ title, expr }) => {
      // The start of the server is an answer only when it has just restarted.
      if (title !== "Starts" && (await prometheus.query(expr)).length === 0) silent.push(`${title}: ${expr}`);
      if (title === "Starts") await prometheus.query(expr);
    }));
  assert.deepEqual(silent, []);
});
