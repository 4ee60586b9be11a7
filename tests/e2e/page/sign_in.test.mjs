import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServer } from "../support/server.mjs";
import { makeToken, secondsFromNow, secretFile } from "../support/tokens.mjs";
import { askAndWait, launch, openPage, runs, says } from "./browser.mjs";
import { begin, scripted } from "./scripted.mjs";

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

async function open(t, { path, ready = true, ...options } = {}) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const script = await scripted(context, options);
  const page = await openPage(t, browser, server, { context, path, ready });
  return { page, script };
}

const state = (page, name) => page.waitForSelector(`[data-testid="connection"][data-state="${name}"]`);
const label = (page, text) => says(page, "connection", text);

async function enter(page, token) {
  const dialog = page.getByTestId("token-dialog");
  await dialog.waitFor();
  await page.getByTestId("token").fill(token);
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
}

test("without authentication nobody is asked for anything", limit, async (t) => {
  const { page, script } = await open(t);
  await page.waitForTimeout(1300);
  assert.equal(await page.getByTestId("token-dialog").isVisible(), false);
  assert.deepEqual(script.of("hello"), []);
});

test("a server that waits for a token is given one, by hello and never in an address", limit, async (t) => {
  const { page, script } = await open(t, { silent: true, ready: false });
  script.replies.set("hello", () => {
    setTimeout(() => script.welcome(), 0);
    return [];
  });
  const field = page.getByTestId("token");
  await page.getByTestId("token-dialog").waitFor();
  assert.match(await page.getByTestId("token-dialog").innerText(), /asks who you are/);
  assert.equal(await field.getAttribute("type"), "password");
  await enter(page, "secret");
  await state(page, "connected");
  assert.deepEqual(script.of("hello").map((f) => f.token), ["secret"]);
  assert.equal(script.sockets.length, 1);
  assert.doesNotMatch(script.socket.url(), /secret/);
  assert.doesNotMatch(page.url(), /secret/);
  await page.reload();
  await state(page, "connected");
  assert.equal(script.of("hello").length, 2, "the tab remembers");
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("secret")), false);
});

test("a token in the address goes into the session and out of the address and its history", limit, async (t) => {
  const { page, script } = await open(t, { path: "/#token=from-link&thread=t_mine" });
  assert.equal(new URL(page.url()).hash, "#thread=t_mine");
  assert.deepEqual(script.of("hello").map((f) => f.token), ["from-link"]);
  await page.evaluate(() => { location.hash = "token=another&thread=t_mine"; });
  await page.waitForFunction(() => location.hash === "#thread=t_mine");
  assert.deepEqual(script.of("refresh").map((f) => f.token), ["another"]);
});

test("closes that sign out say why, ask for a token, and never come back by themselves", limit, async (t) => {
  const { page, script } = await open(t, { path: "/#token=old" });
  const dialog = page.getByTestId("token-dialog");
  for (const [code, words] of [[4500, /refused the token.*Bad signature/s], [4501, /asks who you are/],
    [4505, /withdrawn/], [4010, /expired/]]) {
    const opened = script.sockets.length;
    await script.close(code, "bad signature");
    await label(page, "signed out");
    await dialog.waitFor();
    assert.match(await dialog.innerText(), words, `${code}`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    assert.equal(script.sockets.length, opened, `${code} must not come back by itself`);
    await page.getByTestId("sign-in").click();
    await enter(page, `after ${code}`);
    await label(page, "online");
    assert.equal(script.of("hello").at(-1).token, `after ${code}`);
  }
});

test("closes that are final end in words, without a dialog, and come back on request", limit, async (t) => {
  const { page, script } = await open(t);
  for (const [code, words] of [[4502, /messages wrong/], [4503, /too many connections/], [4504, /for safety/]]) {
    await script.close(code);
    await label(page, "closed");
    assert.match(await page.getByTestId("banner").innerText(), words, `${code}`);
    assert.equal(await page.getByTestId("token-dialog").isVisible(), false);
    await page.getByTestId("reconnect").click();
    await label(page, "online");
  }
});

test("after every other close the page comes back by itself", limit, async (t) => {
  const { page, script } = await open(t);
  for (const code of [1001, 1011, 4008, 4009]) {
    if (code === 1001) {
      script.say({ type: "going_away", reason: "shutdown", reconnect_after_ms: 300 });
      await label(page, "server going away");
      assert.match(await page.getByTestId("banner").innerText(), /about to restart/);
    }
    const opened = script.sockets.length;
    await script.close(code);
    await page.waitForFunction((n) => window.sockets.length === n, opened + 1);
    await label(page, "online");
    assert.equal(await page.getByTestId("banner").isVisible(), false, `${code}`);
  }
});

test("the wait for the next attempt is told, and offline as well", limit, async (t) => {
  const { page, script } = await open(t);
  script.silent = true;
  script.say({ type: "going_away", reason: "shutdown", reconnect_after_ms: 30000 });
  await script.close(1001);
  await label(page, /^reconnecting in (30|2\d) s$/);
  await label(page, /^reconnecting in (2[0-8]|1\d) s$/);
  await page.context().setOffline(true);
  await label(page, "offline");
  const text = "written while offline";
  await page.getByTestId("message").fill(text);
  await page.keyboard.press("Enter");
  assert.match(await runs(page).first().innerText(), /Kept here, and sent as soon as/);
  script.silent = false;
  script.replies.set("message", (f) => [{ type: "accepted", thread_id: f.thread_id,
    message_id: f.message_id, run_id: "r_1", seq: 1, duplicate: false, state: "running" }]);
  await page.context().setOffline(false);
  await label(page, "online");
  await page.waitForFunction(() => sessionStorage.getItem("clarion.unsent") === null);
  assert.deepEqual(script.of("message").map((f) => f.text), [text]);
});

test("a token that expires soon is told, and a new one keeps the connection", limit, async (t) => {
  const { page, script } = await open(t, { path: "/#token=old" });
  script.replies.set("refresh", ({ token }) => (token === "wrong"
    ? [{ type: "error", code: "unauthorized", message: "bad signature", retryable: false }]
    : [{ type: "refreshed", expires_ms: 1 }]));
  script.say({ type: "token_expiring", expires_ms: Date.now() + 60000 });
  await page.getByRole("button", { name: "Enter a new token" }).click();
  await page.getByTestId("token").fill("wrong");
  await page.keyboard.press("Enter");
  await says(page, "token-why", /refused the token/);
  await enter(page, "new");
  await says(page, "status", "Signed in for longer.");
  assert.equal(script.sockets.length, 1);
});

test("another user's session starts from nothing", limit, async (t) => {
  const { page, script } = await open(t, { path: "/#token=old" });
  for (const event of begin("a secret of ada")) script.emit(...event);
  await page.getByText("a secret of ada").first().waitFor();
  script.welcomeFields = { user_id: "bob" };
  script.replies.set("history", () => [{ type: "history", thread_id: "x", epoch: "", events: [], more: false }]);
  script.replies.set("subscribe", (f) => [
    { type: "subscribed", thread_id: f.thread_id, epoch: "", seq: 0, recovered: true },
    { type: "caught_up", thread_id: f.thread_id, seq: 0 }]);
  await script.close(4505);
  await enter(page, "of-bob");
  await says(page, "user", "Signed in as bob");
  assert.doesNotMatch(await page.locator("body").innerText(), /secret of ada/);
});

test("the user of the page's address is the socket's", limit, async (t) => {
  const { script } = await open(t, { path: "/?user=grace" });
  assert.equal(new URL(script.socket.url()).search, "?user=grace");
});

test("a real server with tokens: asked, refused, let in, remembered, expired", { timeout: 180000 }, async (t) => {
  const secret = secretFile("a secret of at least 32 bytes, for tests");
  const locked = await startServer({ args: ["--auth", "jwt", "--jwt-secret-file", secret.path] });
  t.after(() => locked.stop());
  const page = await openPage(t, browser, locked, { ready: false });
  const dialog = page.getByTestId("token-dialog");
  await dialog.waitFor();
  await page.getByTestId("token").fill("nonsense");
  await page.keyboard.press("Enter");
  await says(page, "token-why", /refused the token/);
  await enter(page, makeToken({ sub: "ada", exp: secondsFromNow(30000) }, secret.text));
  await label(page, "online");
  assert.equal(await page.getByTestId("user").innerText(), "Signed in as ada");
  await askAndWait(page, "what is 6*7?");
  await page.reload();
  await label(page, "online");
  await runs(page).first().waitFor();
  await page.getByRole("button", { name: "Enter a new token" }).waitFor();
  await label(page, "signed out");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /expired/);
  await enter(page, makeToken({ sub: "ada", exp: secondsFromNow(50000) }, secret.text));
  await label(page, "online");
  await page.getByRole("button", { name: "Enter a new token" }).click();
  await enter(page, makeToken({ sub: "ada" }, secret.text));
  await page.waitForFunction(() => document.getElementById("status").textContent === "Signed in for longer.");
  await askAndWait(page, "what is 6*8?");
  assert.equal(await runs(page).count(), 2, "the conversation goes on where it was");
  const link = await openPage(t, browser, locked, { path: `/#token=${makeToken({ sub: "bob" }, secret.text)}` });
  assert.equal(await link.getByTestId("user").innerText(), "Signed in as bob");
  assert.doesNotMatch(link.url(), /token/);
});
