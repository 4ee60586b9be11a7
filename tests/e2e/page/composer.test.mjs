import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { caughtUp, launch, openPage, reaches, runs } from "./browser.mjs";
import { begin, completed, scripted } from "./scripted.mjs";

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

async function open(t, options) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const script = await scripted(context, options);
  const page = await openPage(t, browser, server, { context });
  let n = 0;
  script.replies.set("message", (f) => {
    n += 1;
    return [{ type: "accepted", thread_id: f.thread_id, message_id: f.message_id, run_id: `r_${n}`,
      seq: n, duplicate: false, state: n === 1 ? "running" : "queued" }];
  });
  return { page, script };
}

test("commands are hinted at as one types, and chosen by keys; Enter alone still sends", limit, async (t) => {
  const page = await openPage(t, browser, server);
  const field = page.getByTestId("message");
  const hints = page.getByTestId("hints");
  await field.pressSequentially("/st");
  await hints.waitFor();
  assert.match(await hints.innerText(), /^\/story N/);
  await page.keyboard.press("ArrowDown");
  assert.equal(await field.getAttribute("aria-activedescendant"), "hint-0");
  await page.keyboard.press("Enter");
  assert.equal(await field.inputValue(), "/story ");
  await field.fill("/he");
  await hints.waitFor();
  await page.keyboard.press("Escape");
  await hints.waitFor({ state: "hidden" });
  await field.fill("/help");
  await page.keyboard.press("Enter");
  await reaches(runs(page).first(), "completed");
  const help = await page.getByTestId("answer").textContent();
  const { COMMANDS } = await page.evaluate(() => import("/assets/commands.js")
    .then(({ COMMANDS: all }) => ({ COMMANDS: all })));
  const offered = [...help.matchAll(/^(\/\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(offered.filter((name) => !COMMANDS.some((c) => c.name === name)), [], "hints that are missing");
  assert.deepEqual(COMMANDS.map((c) => c.name).filter((name) => !offered.includes(name)), [],
    "hints at what the agent does not know");
});

test("a draft survives a reload, each conversation has its own", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: "/#thread=t_a" });
  const field = page.getByTestId("message");
  await field.fill("half a thou");
  await page.evaluate(() => { location.hash = "thread=t_b"; });
  await page.waitForFunction(() => document.getElementById("message")?.value === "");
  await page.goBack();
  await page.reload();
  await caughtUp(page);
  assert.equal(await field.inputValue(), "half a thou");
});

test("with one agent there is no choice; with more, the chosen one is asked, and one that is away cannot be", limit, async (t) => {
  const agents = ["demo", "research", "away"].map((name, i) => ({ name, description: `is ${name}`,
    default: i === 0, available: i < 2, ...(i < 2 ? {} : { reason: "not reachable" }) }));
  const { page, script } = await open(t, { welcome: { agents } });
  const picker = page.getByTestId("agent");
  assert.equal(await picker.inputValue(), "demo");
  assert.equal(await picker.locator("option").nth(2).getAttribute("disabled"), "");
  assert.match(await picker.locator("option").nth(2).innerText(), /away \(not reachable\)/);
  await picker.selectOption("research");
  await page.getByTestId("message").fill("hello");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => sessionStorage.getItem("clarion.unsent") === null);
  assert.equal(script.of("message")[0].agent, "research");
  await page.reload();
  await caughtUp(page);
  assert.equal(await picker.inputValue(), "research", "the choice is kept");
  script.say({ type: "agents", agents: agents.map((a) => ({ ...a, available: a.name === "demo" })) });
  await page.waitForFunction(() => document.getElementById("agent")?.value === "demo");
  script.say({ type: "agents", agents: agents.slice(0, 1) });
  await picker.waitFor({ state: "hidden" });
});

test("while a run works, one chooses to queue or to interrupt, and interrupting is meant once", limit, async (t) => {
  const { page, script } = await open(t);
  assert.equal(await page.getByTestId("on-busy").isVisible(), false);
  for (const event of begin("work")) script.emit(...event);
  const choice = page.getByTestId("on-busy");
  await choice.waitFor();
  const send = async (text) => {
    await page.getByTestId("message").fill(text);
    await page.getByTestId("send").click();
  };
  await send("one");
  await choice.selectOption("interrupt");
  await send("two");
  await send("three");
  await page.waitForFunction(() => sessionStorage.getItem("clarion.unsent") === null);
  assert.deepEqual(script.of("message").map((f) => [f.text, f.on_busy]),
    [["one", "enqueue"], ["two", "interrupt"], ["three", "enqueue"]]);
  script.emit(...completed());
  await choice.waitFor({ state: "hidden" });
});

test("stop asks the server once and says so until the run has ended", limit, async (t) => {
  const { page, script } = await open(t);
  script.replies.set("cancel", () => [{ type: "cancel_result", verdict: "accepted" }]);
  for (const event of begin("work")) script.emit(...event);
  const stop = page.getByTestId("stop");
  await stop.click();
  assert.equal(await stop.innerText(), "Stopping…");
  assert.equal(await stop.isDisabled(), true);
  assert.deepEqual(script.of("cancel").map((f) => f.run_id), ["r_1"]);
  script.emit("agent_cancelled", { agent_name: "demo", reason: "user", execution_time_ms: 5, timing: {} });
  await stop.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "message");
});

test("a refused message can be sent again, under a new id where the old one is taken", limit, async (t) => {
  const { page, script } = await open(t);
  const accept = script.replies.get("message");
  const refuse = (code) => script.replies.set("message", () => [{ type: "error", code, message: "no", retryable: false }]);
  refuse("busy");
  await page.getByTestId("message").fill("hello");
  await page.keyboard.press("Enter");
  await page.getByTestId("retry").waitFor();
  assert.match(await runs(page).first().innerText(), /Not sent\. The conversation has too much waiting/);
  refuse("conflict");
  await page.getByTestId("retry").click();
  await page.getByText("A different message was already sent").waitFor();
  script.replies.set("message", accept);
  await page.getByTestId("retry").click();
  await page.waitForFunction(() => sessionStorage.getItem("clarion.unsent") === null);
  const [first, second, third] = script.of("message").map((f) => f.message_id);
  assert.equal(second, first);
  assert.notEqual(third, first);
  assert.equal(await runs(page).count(), 1);
});

test("a server that cannot write says so; the field grows with what is written", limit, async (t) => {
  const { page } = await open(t, { welcome: { degraded: ["storage"] } });
  await page.getByText("The server cannot write its log at the moment").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.getByTestId("notices").innerText(), "");
  const height = () => page.getByTestId("message").evaluate((n) => n.clientHeight);
  const before = await height();
  await page.getByTestId("message").fill("a\nb\nc\nd");
  assert.ok(await height() > before + 40);
});
