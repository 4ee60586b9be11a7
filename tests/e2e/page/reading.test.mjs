import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { ask, askAndWait, fits, launch, openPage, reaches } from "./browser.mjs";
import { answer, begin, scripted } from "./scripted.mjs";

const limit = { timeout: 120000 };
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 360, height: 640 };
const DESKTOP = { width: 1180, height: 760 };

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

async function violations(page) {
  if (await page.evaluate(() => window.axe === undefined)) await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target} ${n.failureSummary}`));
}

const RICH = `# One\n\ntext with \`code\`, **bold** and [a link](https://example.org/)\n\n- a\n- b\n
| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n\`\`\`js\nlet a = 1;\n\`\`\``;
const A = { agent_name: "demo" };

/** A page with everything on it that a run can show. */
async function rich(t, options) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  t.after(() => context.close());
  const now = Date.now();
  const threads = [["t_1", "First", null], ["t_2", "שלום עולם", "running"], ["t_3", "Third", "suspended"]]
    .map(([id, title, run], i) => ({ thread_id: id, title, seq: 5, updated_ms: now - i * 3600000,
      ...(run ? { active_run: { run_id: `r${i}`, state: run } } : {}) }));
  const agents = ["demo", "other"].map((name, i) => ({ name, description: "", default: i === 0, available: i === 0,
    ...(i === 0 ? {} : { reason: "not reachable" }) }));
  const script = await scripted(context, { threads, welcome: { agents } });
  const page = await openPage(t, browser, server, { context, path: "/#thread=t_1" });
  for (const event of [...begin("a question"), ["agent_thinking", { ...A, step_number: 1, reasoning: "Hm." }],
    ["tool_executing", { ...A, tool_call_id: "c", tool_name: "look", arguments: { at: "x".repeat(300) } }],
    ["tool_completed", { ...A, tool_call_id: "c", tool_name: "look", outcome: "error", error: "no", duration_ms: 3 }],
    ["progress_update", { message: "Half", percent: 50 }], ["final_report", { text: "Done **so**" }],
    ...answer(RICH)]) script.emit(...event);
  script.runId = "r_2";
  for (const event of [...begin("more", "m_2"), ["approval_requested", { approval_id: "p", tool_call_id: "c2",
    tool_name: "write", arguments: { path: "a" }, expires_ms: now + 60000 }]]) script.emit(...event);
  await page.getByTestId("approval").waitFor();
  await page.getByTestId("activity-summary").first().click();
  script.say({ type: "thread_changed", thread_id: "t_3", seq: 9, title: "Third", updated_ms: now });
  script.say({ type: "error", code: "busy", message: "full", retryable: true });
  return { page, script };
}

for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing on a ${name} in ${colorScheme}, with all that can be shown`, limit, async (t) => {
      const { page } = await rich(t, { viewport, colorScheme });
      assert.deepEqual(await violations(page), [], "conversation");
      await fits(page, "the conversation");
      await page.getByTestId("help").click();
      assert.deepEqual(await violations(page), [], "help");
      await page.keyboard.press("Escape");
      if (viewport === PHONE) {
        await page.getByTestId("side-open").click();
        assert.deepEqual(await violations(page), [], "drawer");
      }
      await page.getByTestId("delete-thread").first().click();
      assert.deepEqual(await violations(page), [], "delete");
      await fits(page, "the dialog");
      await page.keyboard.press("Escape");
      if (viewport === PHONE) await page.keyboard.press("Escape");
      await page.getByTestId("message").fill("/");
      assert.deepEqual(await violations(page), [], "hints");
    });
  }
}

test("axe finds nothing on the first screen, nor in the token dialog", limit, async (t) => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  t.after(() => context.close());
  const script = await scripted(context);
  const page = await openPage(t, browser, server, { context });
  await page.getByTestId("welcome").waitFor();
  assert.deepEqual(await violations(page), [], "first screen");
  await script.close(4500, "bad");
  await page.getByTestId("token-dialog").waitFor();
  assert.deepEqual(await violations(page), [], "token");
});

const dark = async (page) => {
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  return Math.max(...ground.match(/\d+/g).map(Number)) < 64;
};

test("the theme follows the system until one is chosen, and the choice is kept", limit, async (t) => {
  const page = await openPage(t, browser, server, { colorScheme: "dark" });
  assert.equal(await dark(page), true);
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await dark(page), false);
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  assert.equal(await dark(page), true);
  await page.reload();
  assert.equal(await dark(page), true, "before anything else has run");
  await page.getByRole("button", { name: "Use the light theme" }).click();
  assert.equal(await page.evaluate(() => localStorage.getItem("clarion.theme")), null,
    "what the system chose needs no memory");
});

test("on a phone the list is a drawer: opened, walked and closed by keys, with the focus where it belongs", limit, async (t) => {
  const page = await openPage(t, browser, server, { viewport: PHONE });
  await askAndWait(page, "what is 6*7?");
  const focus = () => page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
  assert.equal(await page.getByTestId("side").isVisible(), false);
  await page.getByTestId("side-open").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("side").waitFor();
  assert.equal(await focus(), "side-close");
  const reached = new Set();
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press("Tab");
    reached.add(await focus());
  }
  assert.equal(reached.has("message"), false, "the covered page must not be reached");
  assert.equal(reached.has("new-conversation"), true);
  await page.keyboard.press("Escape");
  assert.equal(await focus(), "side-open");
  await page.keyboard.press("Alt+Shift+KeyL");
  assert.equal(await focus(), "A");
  await page.getByTestId("shade").click({ position: { x: 350, y: 300 } });
  await page.getByTestId("side").waitFor({ state: "hidden" });
});

test("shortcuts work, and the help lists them", limit, async (t) => {
  const page = await openPage(t, browser, server);
  const focus = () => page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
  await page.keyboard.press("Alt+Shift+KeyH");
  const help = page.getByTestId("help-dialog");
  await help.waitFor();
  assert.match(await help.innerText(), /New conversation/);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  const run = await ask(page, "/story 500 20");
  await page.getByTestId("stop").waitFor();
  await page.keyboard.press("Alt+Shift+KeyS");
  await reaches(run, "cancelled");
  const address = page.url();
  await page.keyboard.press("Alt+Shift+KeyN");
  await page.waitForFunction((before) => location.href !== before, address);
  assert.equal(await focus(), "message");
  await page.locator("#skip").focus();
  await page.keyboard.press("Enter");
  assert.equal(await focus(), "message");
});

test("letters from right to left stand as they should, and twice the zoom still fits", limit, async (t) => {
  const page = await openPage(t, browser, server, { viewport: { width: 590, height: 380 }, deviceScaleFactor: 2 });
  await askAndWait(page, "שלום עולם, מה השעה?");
  const direction = (selector) => page.evaluate((s) => getComputedStyle(document.querySelector(s)).direction, selector);
  assert.equal(await direction(".ask"), "rtl");
  assert.equal(await direction("#title"), "rtl");
  assert.equal(await direction(".answer p"), "ltr");
  await fits(page, "twice the zoom");
});
