import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { ask, askAndWait, caughtUp, launch, openPage, reaches, runs } from "./browser.mjs";
import { scripted } from "./scripted.mjs";

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

let users = 0;
const newUser = () => {
  users += 1;
  return `user-${users}`;
};

const rows = (page) => page.getByTestId("thread");
const titles = (page) => page.locator(".thread-title").allInnerTexts();
const focusedTitle = (page) => page.evaluate(
  () => document.activeElement.closest("li")?.querySelector(".thread-title").textContent ?? document.activeElement.id);

async function listed(page, expected) {
  await page.waitForFunction((wanted) => JSON.stringify(wanted) === JSON.stringify(
    [...document.querySelectorAll(".thread-title")].map((n) => n.textContent)), expected)
    .catch(async () => assert.deepEqual(await titles(page), expected));
}

async function fresh(page) {
  await page.getByTestId("new-conversation").click();
  await page.getByTestId("welcome").waitFor();
}

test("conversations are listed newest first, open by a click, and survive a reload", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: `/?user=${newUser()}` });
  await askAndWait(page, "what is 6*7?");
  await fresh(page);
  await askAndWait(page, "what is 6*8?");
  await listed(page, ["what is 6*8?", "what is 6*7?"]);
  await page.reload();
  await caughtUp(page);
  await listed(page, ["what is 6*8?", "what is 6*7?"]);
  assert.equal(await page.locator('.thread a[aria-current="page"] .thread-title').innerText(), "what is 6*8?");
  await rows(page).nth(1).getByRole("link").click();
  await caughtUp(page);
  await page.getByTestId("conversation").getByText("6*7 = 42").waitFor();
  assert.match(await page.title(), /^what is 6\*7\? · Clarion$/);
  assert.equal(await runs(page).count(), 1);
  await askAndWait(page, "what is 6*9?");
  await listed(page, ["what is 6*7?", "what is 6*8?"]);
});

test("what happens in another conversation is marked: at work, then unread, then read", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: `/?user=${newUser()}` });
  await ask(page, "/story 60 150");
  await page.getByTestId("answer").waitFor();
  assert.match(await page.title(), /^Working… · /);
  await fresh(page);
  const row = rows(page).first();
  await row.and(page.locator('[data-run="running"]')).waitFor();
  assert.match(await row.innerText(), /working/);
  await row.and(page.locator('[data-run=""][data-unread="true"]')).waitFor();
  assert.match(await row.innerText(), /unread/);
  await page.waitForFunction(() => document.title.startsWith("(1) "));
  await page.reload();
  await caughtUp(page);
  await row.and(page.locator('[data-unread="true"]')).waitFor();
  await row.getByRole("link").click();
  await row.and(page.locator('[data-unread="false"]')).waitFor();
  await page.waitForFunction(() => !document.title.startsWith("("));
  await page.getByTestId("conversation").getByText(/word-60$/).waitFor();
});

test("another tab's conversation comes into the list by itself", limit, async (t) => {
  const path = `/?user=${newUser()}`;
  const one = await openPage(t, browser, server, { path });
  const two = await openPage(t, browser, server, { path });
  await askAndWait(one, "what is 6*7?");
  await rows(two).first().and(two.locator('[data-unread="true"]')).waitFor();
  await listed(two, ["what is 6*7?"]);
});

test("deleting asks first, keeps the focus in the list, and is for good", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: `/?user=${newUser()}` });
  for (const [i, text] of ["what is 6*7?", "what is 6*8?", "what is 6*9?"].entries()) {
    if (i > 0) await fresh(page);
    await askAndWait(page, text);
  }
  await listed(page, ["what is 6*9?", "what is 6*8?", "what is 6*7?"]);
  const dialog = page.getByTestId("delete-dialog");
  await rows(page).nth(1).getByRole("link").focus();
  await page.keyboard.press("Delete");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /what is 6\*8\?/);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focusedTitle(page), "what is 6*8?", "the focus is where it was");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.getByTestId("delete-confirm").click();
  await listed(page, ["what is 6*9?", "what is 6*7?"]);
  assert.equal(await focusedTitle(page), "what is 6*7?", "the focus is on the next one");
  await rows(page).first().hover();
  await rows(page).first().getByTestId("delete-thread").click();
  await page.getByTestId("delete-confirm").click();
  await listed(page, ["what is 6*7?"]);
  await page.getByTestId("conversation").getByText("6*7 = 42").waitFor();
  await rows(page).first().getByTestId("delete-thread").click();
  await page.getByTestId("delete-confirm").click();
  await listed(page, []);
  assert.equal(await focusedTitle(page), "new-conversation");
  await page.getByTestId("welcome").waitFor();
  await page.reload();
  await caughtUp(page);
  await listed(page, []);
});

test("a conversation deleted elsewhere is gone here, and says so", limit, async (t) => {
  const path = `/?user=${newUser()}#thread=shared`;
  const one = await openPage(t, browser, server, { path });
  const two = await openPage(t, browser, server, { path });
  await askAndWait(one, "what is 6*7?");
  await reaches(runs(two).first(), "completed");
  await rows(one).first().getByTestId("delete-thread").click();
  await one.getByTestId("delete-confirm").click();
  await two.getByTestId("notices").getByText("This conversation was deleted.").waitFor();
  assert.equal(await runs(two).count(), 0);
  await listed(two, []);
  await askAndWait(two, "what is 6*8?");
  assert.equal(await runs(two).count(), 1);
});

test("a conversation that was deleted elsewhere leaves the list when it is opened", limit, async (t) => {
  const user = newUser();
  const one = await openPage(t, browser, server, { path: `/?user=${user}#thread=gone` });
  await askAndWait(one, "what is 6*7?");
  const two = await openPage(t, browser, server, { path: `/?user=${user}#thread=mine` });
  await askAndWait(two, "what is 6*8?");
  await listed(two, ["what is 6*8?", "what is 6*7?"]);
  await rows(one).nth(1).getByTestId("delete-thread").click();
  await one.getByTestId("delete-confirm").click();
  await listed(one, ["what is 6*8?"]);
  await rows(two).nth(1).getByRole("link").click();
  await two.getByTestId("welcome").waitFor();
  await listed(two, ["what is 6*8?"]);
});

test("a run that is deleted with its conversation is stopped", limit, async (t) => {
  const page = await openPage(t, browser, server, { path: `/?user=${newUser()}` });
  await ask(page, "/story 2000 50");
  await page.getByTestId("answer").waitFor();
  await rows(page).first().hover();
  await rows(page).first().getByTestId("delete-thread").click();
  assert.match(await page.getByTestId("delete-dialog").innerText(), /will be stopped/);
  await page.getByTestId("delete-confirm").click();
  await page.getByTestId("welcome").waitFor();
  await askAndWait(page, "what is 6*7?");
});

test("a conversation of hundreds of events is read by pages, whole at its end", limit, async (t) => {
  const path = `/?user=${newUser()}`;
  const page = await openPage(t, browser, server, { path });
  for (let i = 1; i <= 14; i += 1) await askAndWait(page, "/tools 12");
  await ask(page, "/story 700 2");
  await page.reload();
  await caughtUp(page);
  const last = page.locator('[data-testid="run"]:last-child');
  await reaches(last, "completed");
  assert.equal(await last.locator(".outcome").getAttribute("data-census"), "whole");
  const frames = await page.evaluate(() => window.seen.filter((x) => x === "frame history").length);
  assert.ok(frames >= 1);
  const first = page.getByTestId("user-message").first();
  for (let i = 0; i < 500 && await runs(page).count() < 15; i += 1) {
    await page.evaluate(() => { document.getElementById("scroller").scrollTop = 0; });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await first.waitFor();
  }
  assert.equal(await runs(page).count(), 15);
  const census = await page.locator(".outcome").evaluateAll((all) => all.map((n) => n.dataset.census));
  assert.deepEqual(census, Array(15).fill("whole"));
});

test("the list has pages as well, walked with the arrow keys", limit, async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const now = Date.now();
  const all = Array.from({ length: 45 }, (_, i) => ({ thread_id: `t_${i}`, title: `Number ${i}`, seq: 3,
    updated_ms: now - i * 60000 }));
  const script = await scripted(context);
  script.replies.set("threads", ({ before = "0", limit: n }) => [{ type: "threads",
    threads: all.slice(Number(before), Number(before) + n),
    ...(Number(before) + n < all.length ? { next: String(Number(before) + n) } : {}) }]);
  const page = await openPage(t, browser, server, { context, path: "/#thread=t_new" });
  await rows(page).nth(29).waitFor();
  assert.equal(await rows(page).count(), 30);
  await page.getByTestId("threads-more").click();
  await rows(page).nth(44).waitFor();
  assert.equal(await focusedTitle(page), "Number 30");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focusedTitle(page), "Number 31");
  assert.equal(await page.getByTestId("threads-more").isVisible(), false);
  script.say({ type: "thread_changed", thread_id: "t_31", seq: 9, title: "Number 31", updated_ms: now + 1000 });
  await page.waitForFunction(() => document.querySelector(".thread-title")?.textContent === "Number 31");
  assert.equal(await focusedTitle(page), "Number 31", "a row that moves keeps the focus");
});
