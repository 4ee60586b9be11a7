import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import {
  answerOf, ask, askAndWait, assertSame, caughtUp, launch, openPage, reaches, runs, seen, shown,
  words,
} from "./browser.mjs";

const limit = { timeout: 120000 };
const REFUSED = /WebSocket connection to .* failed/; // how the browser tells that a server is down

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function serve(t, options) {
  const server = await startServer(options);
  t.after(() => server.stop());
  return server;
}

test("stop ends the run, keeps what was said, and says so", limit, async (t) => {
  const page = await openPage(t, browser, await serve(t));
  const run = await ask(page, "/story 400 50");
  await page.waitForFunction(() => /word-3 /.test(document.querySelector(".answer")?.textContent));
  await page.getByTestId("stop").click();
  await reaches(run, "cancelled");
  const text = await answerOf(run);
  assert.ok(words(400).startsWith(text) && text.length < words(400).length, text);
  assert.match(await run.locator(".outcome").textContent(), /^Stopped after .*none missing/);
  assert.equal(await page.getByTestId("stop").isVisible(), false);
  assert.equal(await page.getByTestId("notices").textContent(), "");
  assert.equal((await seen(page, "status")).at(-1), "Stopped");
});

test("two tabs show the same, live and after a reload, also of runs that had to wait", limit, async (t) => {
  const server = await serve(t);
  const one = await openPage(t, browser, server);
  const path = `/${await one.evaluate(() => location.hash)}`;
  const two = await openPage(t, browser, server, { context: one.context(), path });
  await ask(one, "/story 40 100");
  await runs(two).first().waitFor();
  await ask(two, "what is 6*7?");
  await ask(one, "what time is it?");
  for (const page of [one, two]) {
    for (let i = 0; i < 3; i += 1) await reaches(runs(page).nth(i), "completed");
  }
  assertSame(await shown(one), await shown(two));
  assert.equal(await runs(one).count(), 3);
  assert.equal(await runs(one).nth(1).locator('[data-stage="run_queued"]').count(), 1);
  const before = await shown(two);
  await two.reload();
  await caughtUp(two);
  assertSame(await shown(two), before);
});

test("a waiting message can be taken back", limit, async (t) => {
  const page = await openPage(t, browser, await serve(t));
  const first = await ask(page, "/story 400 50");
  const second = await ask(page, "what is 6*7?");
  await second.getByTestId("cancel-queued").click();
  await reaches(second, "cancelled");
  assert.equal(await first.getAttribute("data-state"), "running");
  assert.equal(await second.locator('[data-stage="agent_started"]').count(), 0);
  await page.getByTestId("stop").click();
  await reaches(first, "cancelled");
});

test("a crash of the server: the page comes back, the thread goes on, nothing twice", limit, async (t) => {
  const first = await startServer();
  const page = await openPage(t, browser, first, { allow: [REFUSED] });
  await askAndWait(page, "what is 6*7?");
  const before = await runs(page).first().innerHTML();
  const lost = await ask(page, "/story 400 20");
  await page.waitForFunction(() => /word-5 /.test(document.querySelectorAll(".answer")[1]?.textContent));
  await first.kill();
  await page.waitForSelector('[data-testid="connection"][data-state="reconnecting"]');
  const sentWhileDown = await ask(page, "what is 6*8?");
  assert.equal(await sentWhileDown.getAttribute("data-state"), "sending");

  const second = await startServer({ dataDir: first.dataDir, listen: `${first.host}:${first.port}` });
  t.after(() => second.stop());
  await caughtUp(page);
  await reaches(lost, "failed");
  assert.match(await lost.getByTestId("facts").textContent(), /^process_lost,/);
  assert.match(await lost.locator(".outcome").textContent(), /The server stopped during this run/);
  await reaches(sentWhileDown, "completed");
  assert.match(await answerOf(sentWhileDown), /48/);
  assertSame(await runs(page).first().innerHTML(), before);
  await askAndWait(page, "what is 6*9?");
  assert.equal(await runs(page).count(), 4);

  const live = await shown(page);
  await page.reload();
  await caughtUp(page);
  assertSame(await shown(page), live);
});

test("an orderly restart is survived as well", limit, async (t) => {
  const first = await startServer();
  const page = await openPage(t, browser, first, { allow: [REFUSED] });
  await askAndWait(page, "what is 6*7?");
  const { dataDir, host, port } = first;
  process.kill(first.pid, "SIGTERM");
  assert.deepEqual(await first.ended(), { code: 0, signal: null });
  await page.waitForSelector('[data-testid="connection"][data-state="reconnecting"]');
  const second = await startServer({ dataDir, listen: `${host}:${port}` });
  t.after(() => second.stop());
  await caughtUp(page);
  await askAndWait(page, "what is 6*8?");
  assert.equal(await runs(page).count(), 2);
});

test("error frames are shown in words; close 4502 ends in words and comes back on request", limit, async (t) => {
  const server = await serve(t);
  const page = await openPage(t, browser, server);
  await page.evaluate(() => window.sockets[0].send(JSON.stringify({ type: "no_such_type" })));
  const notice = page.getByTestId("notices").locator('[data-code="unknown_type"]');
  await notice.waitFor();
  assert.match(await notice.textContent(), /^The server does not know this kind of request/);
  await page.evaluate(() => {
    for (let i = 0; i < 20; i += 1) window.sockets[0].send(JSON.stringify({ type: "no_such_type" }));
  });
  await page.waitForSelector('[data-testid="connection"][data-state="closed"]');
  assert.match(await page.getByTestId("banner").textContent(), /messages wrong/);
  const opened = () => page.evaluate(() => window.sockets.length);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  assert.equal(await opened(), 1, "it must not come back by itself");
  await page.getByTestId("reconnect").click();
  await caughtUp(page);
  assert.equal(await opened(), 2);
  assert.equal(await page.getByTestId("banner").isVisible(), false);
  await askAndWait(page, "what is 6*7?");
});

test("a message without an answer survives a reload and is sent once", limit, async (t) => {
  const page = await openPage(t, browser, await serve(t));
  await page.evaluate(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function drop(data) {
      if (JSON.parse(data).type !== "message") send.call(this, data);
    };
  });
  const run = await ask(page, "what is 6*7?");
  assert.equal(await run.getAttribute("data-state"), "sending");
  await page.reload();
  await caughtUp(page);
  await reaches(run, "completed");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0, "answered, but still kept");
  await page.reload();
  await caughtUp(page);
  assert.equal(await runs(page).count(), 1);
});

test("a refused message says why and can be discarded", limit, async (t) => {
  const page = await openPage(t, browser, await serve(t));
  const run = await ask(page, "x".repeat(32769));
  await reaches(run, "unsent");
  assert.match(await run.textContent(), /Not sent\. That is too long to send/);
  await run.getByTestId("discard").click();
  assert.equal(await runs(page).count(), 0);
  assert.equal(await page.getByTestId("welcome").isVisible(), true);
});

test("a new conversation is another thread, and Back returns to the first", limit, async (t) => {
  const page = await openPage(t, browser, await serve(t));
  await askAndWait(page, "what is 6*7?");
  const address = page.url();
  assert.match(address, /#thread=[A-Za-z0-9_.:-]+$/);
  await page.getByTestId("new-conversation").click();
  await page.getByTestId("welcome").waitFor();
  assert.notEqual(page.url(), address);
  await askAndWait(page, "what is 6*8?");
  assert.equal(await runs(page).count(), 1);
  await page.goBack();
  await page.waitForFunction(() => /6\*7/.test(document.querySelector(".ask")?.textContent));
  assert.equal(page.url(), address);
  assert.equal(await page.getByTestId("notices").textContent(), "");
});

test("users do not see each other's thread of the same name", limit, async (t) => {
  const server = await serve(t);
  const ada = await openPage(t, browser, server, { path: "/?user=ada#thread=shared" });
  await askAndWait(ada, "what is 6*7?");
  const bob = await openPage(t, browser, server, { path: "/?user=bob#thread=shared" });
  assert.equal(await runs(bob).count(), 0);
  await askAndWait(bob, "what is 6*8?");
  assert.equal(await runs(ada).count(), 1);
});
