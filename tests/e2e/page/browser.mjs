// Pages of one browser, watched: what a page should never do fails the test that opened it.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

// Runs in the page before its scripts. window.seen is what happened, in the order it happened:
// "frame TYPE" when the socket has something, "stage TYPE" when a step stands on the page,
// "status SENTENCE" when the live region speaks. window.delays holds [sentence, ms since its frame].
function watchPage() {
  const seen = [];
  const sockets = [];
  const known = new WeakSet();
  const delays = [];
  let heardAt = 0;
  Object.assign(window, { seen, sockets, delays });
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      sockets.push(this);
      this.addEventListener("message", ({ data }) => {
        heardAt = performance.now();
        seen.push(`frame ${JSON.parse(data).type}`);
      });
    }
  };
  document.addEventListener("securitypolicyviolation", (e) => {
    console.error(`CSP violation: ${e.violatedDirective} ${e.blockedURI}`);
  });
  const look = (node) => {
    if (node.nodeType !== 1) return;
    for (const step of [node, ...node.querySelectorAll("[data-stage]")]) {
      if (!step.dataset.stage || known.has(step)) continue;
      known.add(step);
      seen.push(`stage ${step.dataset.stage}`);
    }
  };
  new MutationObserver((records) => {
    for (const { addedNodes, target } of records) {
      addedNodes.forEach(look);
      if (target.id !== "status") continue;
      seen.push(`status ${target.textContent}`);
      delays.push([target.textContent, performance.now() - heardAt]);
    }
  }).observe(document, { childList: true, subtree: true });
}

/** Opens the page of `server`. allow: console messages that the test provokes on purpose;
 *  context: an existing one, for a second tab; ready: wait for the thread; the rest goes to
 *  newContext(). */
export async function openPage(t, browser, server, {
  allow = [], context, path = "/", ready = true, ...more
} = {}) {
  const own = context ?? await browser.newContext(more);
  const page = await own.newPage();
  const wrong = [];
  page.on("console", (message) => {
    const text = message.text();
    if (["error", "warning"].includes(message.type()) && !allow.some((re) => re.test(text))) {
      wrong.push(`console ${message.type()}: ${text}`);
    }
  });
  page.on("pageerror", (error) => wrong.push(`exception: ${error.stack ?? error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server.url}/`)) wrong.push(`request to ${request.url()}`);
  });
  await page.addInitScript(watchPage);
  await page.goto(server.url + path);
  if (ready) await caughtUp(page);
  t.after(async () => {
    await (context ? page.close() : own.close());
    assert.deepEqual(wrong, [], "the page did what it never should");
  });
  return page;
}

export async function caughtUp(page) {
  await page.waitForSelector('[data-testid="connection"][data-state="connected"]');
  await page.waitForSelector('.scroller[data-caught-up="true"]');
}

/** Waits until the element of that id says `wanted`, a text or a regular expression. While the page
 *  loads itself anew the element is not there yet: that is one more reason to wait. */
export function says(page, id, wanted) {
  const exact = typeof wanted === "string";
  return page.waitForFunction(([place, text, whole]) => {
    const said = document.getElementById(place)?.textContent ?? "";
    return whole ? said === text : new RegExp(text).test(said);
  }, [id, exact ? wanted : wanted.source, exact]);
}

/** Types the text and sends it with Enter. Gives the run's locator. */
export async function ask(page, text) {
  const before = await runs(page).count();
  await page.getByTestId("message").fill(text);
  await page.getByTestId("message").press("Enter");
  const run = runs(page).nth(before);
  await run.waitFor();
  return run;
}

export async function askAndWait(page, text, state = "completed") {
  const run = await ask(page, text);
  await reaches(run, state);
  return run;
}

export function runs(page) {
  return page.getByTestId("run");
}

/** Waits until the run is in that state; a run that ended in another one fails at once. */
export async function reaches(run, state) {
  await run.and(run.page().locator(
    `[data-state="${state}"], [data-state="completed"], [data-state="failed"], [data-state="cancelled"]`,
  )).waitFor();
  assert.equal(await run.getAttribute("data-state"), state, await run.innerText());
}

export function answerOf(run) {
  return run.getByTestId("answer").textContent();
}

/** What the page noted down so far, of one kind: "frame", "stage" or "status". */
export async function seen(page, kind) {
  const all = await page.evaluate(() => window.seen);
  return all.filter((x) => x.startsWith(`${kind} `)).map((x) => x.slice(kind.length + 1));
}

/** Nothing of `what` is wider than the page. What scrolls by itself may be. */
export async function fits(page, what) {
  assert.deepEqual(await page.evaluate(() => {
    const outside = (n) => n.getBoundingClientRect().right > innerWidth + 1;
    const scroller = document.getElementById("scroller");
    return [...document.querySelectorAll("body *")]
      .filter((n) => (outside(n) && n.checkVisibility() && !n.closest(".unseen, svg, .code pre, .table, .thread-title"))
        || (n === scroller && n.scrollWidth > n.clientWidth)).map((n) => n.className || n.tagName);
  }), [], `${what} is wider than the page`);
}

/** The markup of the whole conversation: the same events must give the same markup. */
export function shown(page) {
  return page.getByTestId("conversation").innerHTML();
}

export function assertSame(actual, expected) {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at += 1;
  const around = (text) => text.slice(Math.max(0, at - 120), at + 120);
  assert.fail(`differs at ${at}:\n${around(actual)}\nwhere this was expected:\n${around(expected)}`);
}

export function words(n) {
  return Array.from({ length: n }, (_, i) => `word-${i + 1}`).join(" ");
}
