// Takes the pictures in docs/ from a real server:
//
//   CLARION_BIN=build/release/bin/clarion node tests/e2e/page/screenshot.mjs [FOLDER]
//
// screenshot.png: light, on a desktop; screenshot-dark-phone.png: dark, on a phone's width.

import { fileURLToPath } from "node:url";

import { startServer } from "../support/server.mjs";
import { askAndWait, caughtUp, launch, runs } from "./browser.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../../docs", import.meta.url));
const server = await startServer();
const browser = await launch();

async function open(thread, options) {
  const page = await browser.newPage({ deviceScaleFactor: 2, ...options });
  await page.goto(`${server.url}/?user=ada#thread=${thread}`);
  await caughtUp(page);
  return page;
}

async function take(page, name) {
  await page.waitForTimeout(300); // the side list gathers what happened
  await page.screenshot({ path: `${folder}/${name}`, animations: "disabled", caret: "hide" });
  console.log(`wrote ${folder}/${name}`);
}

const unfold = (page, n) => runs(page).nth(n).getByTestId("activity-summary").first().click();

try {
  const earlier = await open("t_earlier", { colorScheme: "light" });
  await askAndWait(earlier, "search plan");
  const desktop = await open("t_now", {
    viewport: { width: 1100, height: 740 }, colorScheme: "light" });
  await askAndWait(desktop, "what is (17+3)*2.5?");
  // The five stages are what the picture is for.
  await unfold(desktop, 0);
  for (const stage of ["agent_started", "agent_thinking", "tool_executing", "tool_completed",
    "agent_completed"]) {
    await desktop.locator(`[data-stage="${stage}"]`).waitFor();
  }
  await askAndWait(desktop, "what time is it?");
  await take(desktop, "screenshot.png");

  const phone = await open("t_phone", {
    viewport: { width: 390, height: 760 }, colorScheme: "dark" });
  await askAndWait(phone, "what is (17+3)*2.5?");
  await unfold(phone, 0);
  await take(phone, "screenshot-dark-phone.png");
} finally {
  await browser.close();
  await server.stop();
}
