// What a fault run has done and found, summed over its parts: how often each kind of fault struck, the
// latencies, the violations.

import assert from "node:assert/strict";

import { Histogram } from "../../../tools/clarion-load/histogram.mjs";
import { latencyTable } from "../../../tools/clarion-load/report.mjs";

export class Tally {
  faults = {}; // kind → times
  totals = { runs: 0, events: 0, replayed: 0, connections: 0 };
  latencies = {};
  violations = {};
  sentences = [];

  fault(kind, times = 1) { this.faults[kind] = (this.faults[kind] ?? 0) + times; }

  /** A load's report, and the mischief that the load itself did. */
  add(part, report) {
    for (const name of Object.keys(this.totals)) this.totals[name] += report[name];
    for (const [kind, times] of Object.entries(report.tallies.mischief ?? {})) this.fault(`connection: ${kind}`, times);
    for (const [code, times] of Object.entries(report.tallies.ends ?? {})) {
      if (["4008", "4009"].includes(code)) this.fault(`closed ${code}`, times);
    }
    for (const [verdict, times] of Object.entries(report.tallies.cancels ?? {})) this.fault(`cancel: ${verdict}`, times);
    for (const [name, histogram] of Object.entries(report.latencies)) {
      (this.latencies[name] ??= new Histogram()).merge(histogram);
    }
    for (const [name, times] of Object.entries(report.violations.byName)) {
      this.violations[name] = (this.violations[name] ?? 0) + times;
    }
    for (const one of report.violations.first.slice(0, 10)) this.sentences.push(`${part}: ${JSON.stringify(one)}`);
  }

  get violationCount() { return Object.values(this.violations).reduce((sum, one) => sum + one, 0); }

  merge(other) {
    for (const [kind, times] of Object.entries(other.faults)) this.fault(kind, times);
    for (const name of Object.keys(this.totals)) this.totals[name] += other.totals[name];
    for (const [name, histogram] of Object.entries(other.latencies)) {
      (this.latencies[name] ??= new Histogram()).merge(histogram);
    }
    for (const [name, times] of Object.entries(other.violations)) {
      this.violations[name] = (this.violations[name] ?? 0) + times;
    }
    this.sentences.push(...other.sentences);
  }

  /** goals: kind → how many there should be; what is below is marked. */
  text(goals = {}) {
    const kinds = [...new Set([...Object.keys(this.faults), ...Object.keys(goals)])].sort();
    const width = Math.max(0, ...kinds.map((kind) => kind.length));
    return [
      ...kinds.map((kind) => {
        const times = this.faults[kind] ?? 0;
        const short = times < (goals[kind] ?? 0) ? `  below ${goals[kind]}` : "";
        return `  ${kind.padEnd(width)}  ${String(times).padStart(8)}${short}`;
      }),
      Object.entries(this.totals).map(([name, count]) => `${count} ${name}`).join(", "),
      latencyTable(this.latencies),
      `violations: ${this.violationCount} ${this.violationCount ? JSON.stringify(this.violations) : ""}`.trim(),
      ...this.sentences,
    ].join("\n");
  }

  /** Fails with what was found, unless nothing was and each of these faults struck at least once. */
  demandClean(...kinds) {
    assert.equal(this.violationCount, 0, this.text());
    for (const kind of kinds) assert.ok(this.faults[kind] > 0, `no "${kind}" happened\n${this.text()}`);
  }
}
