// What a server's ledger says, and how a test demands it whole.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const PAGE = new URL("../../../docs/failures.md", import.meta.url);

/** The impact and remedy that docs/failures.md promises for a code. */
function promised(code) {
  const section = readFileSync(PAGE, "utf8").split(`\n## ${code}\n`)[1].split("\n## ")[0];
  const sentence = (word) => section.match(new RegExp(`^- \\*\\*${word}:\\*\\* (.+)$`, "m"))[1];
  return { impact: sentence("Impact"), remedy: sentence("Remedy") };
}

/** The body of /debug/failures. */
export async function failuresOf(server) {
  return (await fetch(`${server.admin}/debug/failures`)).json();
}

/** The body of /debug/failures, as soon as it has that code; fails after ten seconds. */
export async function failuresWith(code, server) {
  const deadline = Date.now() + 10000;
  for (;;) {
    const shown = await failuresOf(server);
    if (shown.codes[code]) return shown;
    if (Date.now() > deadline) throw new Error(`no failure ${code}\n${server.stderr()}`);
  }
}

/** The server has exactly one record of this code, and it is whole. expected: severity, class and
 *  from (the source file that reports it); detail (a part of it), ids and seq where there are any. */
export async function expectFailure(code, server, expected) {
  const { records } = await failuresWith(code, server);
  const found = records.filter((record) => record.code === code);
  assert.equal(found.length, 1);
  const [{ ts, detail, stack, ...rest }] = found;
  const { detail: part, from, ...fields } = expected;
  assert.deepEqual(rest, {
    code, ...promised(code), connection_id: "", user_id: "", thread_id: "", run_id: "", seq: 0, ...fields,
  });
  assert.ok(Math.abs(ts - Date.now()) < 60000, `ts ${ts}`);
  assert.ok(detail.includes(part), detail);
  assert.ok(stack[0].startsWith(`${from}:`), stack[0]);
}
