// A report as a person reads it.

import { MEANINGS } from "./violations.mjs";

const SENTENCES = 20;

const ms = (value) => (value === null ? "-" : value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`);

/** Durations by name as a table. */
export function latencyTable(latencies) {
  const rows = Object.entries(latencies).filter(([, { count }]) => count > 0).map(([name, histogram]) => [
    name, `${histogram.count}`, ...[0.5, 0.9, 0.99].map((share) => ms(histogram.at(share))), ms(histogram.max),
  ]);
  const all = [["", "count", "p50", "p90", "p99", "max"], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => (
    column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
  )).join("  ").trimEnd()).join("\n");
}

const tally = (name, counts) => `${name}: ${Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(", ")}`;

export function reportText(report) {
  const { violations } = report;
  const lines = [
    `${report.users} users with ${report.tabs} tabs each, ${report.seconds.toFixed(1)} s, seed ${report.seed}`,
    `${report.messages} messages, ${report.runs} runs ended, ${report.refused} refused as busy, ${report.resends} sent again`,
    `${report.connections} connections, ${report.events} events delivered, ${report.replayed} of them replayed`,
    ...Object.entries(report.tallies).map(([name, counts]) => tally(name, counts)),
    latencyTable(report.latencies),
    `violations: ${violations.total}`,
  ];
  for (const [name, count] of Object.entries(violations.byName)) lines.push(`  ${name} ${count}: ${MEANINGS[name]}`);
  for (const { name, sentence, ...where } of violations.first.slice(0, SENTENCES)) {
    const place = Object.entries(where).filter(([, value]) => value).map(([key, value]) => `${key} ${value}`).join(" ");
    lines.push(`  ${name}: ${place}: ${sentence}`);
  }
  return lines.join("\n");
}

export function handshakeText(result) {
  const share = (100 * result.succeeded) / Math.max(1, result.handshakes);
  const lines = [
    `${result.handshakes} handshakes, ${result.succeeded} succeeded: ${share.toFixed(4)} %`,
    latencyTable({ "dial → welcome": result.latency }),
  ];
  if (result.failed) lines.push(tally("failures", result.failures));
  return lines.join("\n");
}
