import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { answerOf, ask, askAndWait, caughtUp, launch, openPage, reaches } from "./browser.mjs";

const limit = { timeout: 120000 };

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("an approval is a question on the page; allowed with edited arguments, the run goes on", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: "/?user=a1" });
  const run = await ask(page, "/approve say hello");
  const card = page.getByTestId("approval");
  await card.waitFor();
  await reaches(run, "suspended");
  assert.match(await page.title(), /^Waits for you/);
  const args = JSON.parse(await card.getByTestId("approval-arguments").inputValue());
  const [name] = Object.keys(args);
  await card.getByTestId("approval-arguments").fill(JSON.stringify({ ...args, [name]: "say goodbye" }));
  await card.getByTestId("approval-note").fill("be kind");
  await card.getByTestId("approval-allow").click();
  await reaches(run, "completed");
  assert.match(await answerOf(run), /It was allowed.*say goodbye/);
  assert.equal(await card.count(), 0);
  assert.equal(await run.locator(".outcome").getAttribute("data-census"), "whole");
});

test("the question survives a reload, and is answered in one tab for both", limit, async (t) => {
  const one = await openPage(t, browser, server, { path: "/?user=a2#thread=t" });
  const run = await ask(one, "/approve say hello");
  await one.getByTestId("approval").waitFor();
  await one.reload();
  await caughtUp(one);
  await one.getByTestId("approval").waitFor();
  const two = await openPage(t, browser, server, { path: "/?user=a2#thread=t" });
  await two.getByTestId("approval-deny").click();
  await one.getByTestId("approval").waitFor({ state: "detached" });
  await reaches(run, "completed");
  assert.match(await answerOf(run), /has not said/);
  assert.match(await run.locator('[data-stage="approval_resolved"]').textContent(), /denied by a2/);
});

test("stopping the run withdraws the question", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: "/?user=a3" });
  const run = await ask(page, "/approve say hello");
  await page.getByTestId("approval").waitFor();
  await page.getByTestId("stop").click();
  await reaches(run, "cancelled");
  assert.equal(await page.getByTestId("approval").count(), 0);
});

test("an approval that ran out of time says so", limit, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "clarion-page-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "clarion.toml");
  writeFileSync(config, "[limits]\napproval_timeout_ms = 6000\n");
  const short = await startServer({ args: ["--config", config] });
  t.after(() => short.stop());
  const page = await openPage(t, browser, short);
  const run = await ask(page, "/approve say hello");
  await page.getByTestId("approval").waitFor();
  await page.getByTestId("approval").waitFor({ state: "detached" });
  await reaches(run, "completed");
  assert.match(await run.locator('[data-stage="approval_resolved"]').textContent(), /expired/);
});

test("a report shows its progress and its summary, a hand-off who answers", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: "/?user=a4" });
  const report = await askAndWait(page, "/report one two three");
  assert.match(await report.locator('[data-stage="final_report"]').innerText(), /Report.*one two three/s);
  assert.equal(await report.locator('[data-stage="progress_update"]').count() >= 1, true);
  const handoff = await askAndWait(page, "/handoff");
  assert.match(await handoff.locator('[data-stage="agent_handoff"]').textContent(), /demo hands over to demo-helper/);
  for (const run of [report, handoff]) {
    assert.equal(await run.locator(".outcome").getAttribute("data-census"), "whole");
  }
});
