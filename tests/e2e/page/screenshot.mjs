// Takes docs/screenshot.png from a real server:
//
//   CLARION_BIN=build/release/bin/clarion node tests/e2e/page/screenshot.mjs [FILE]
//
// Starts the server, asks the golden question in the page and waits until it is answered.

import { fileURLToPath } from "node:url";

import { startServer } from "../support/server.mjs";
import { caughtUp, launch } from "./browser.mjs";

const file = process.argv[2]
  ?? fileURLToPath(new URL("../../../docs/screenshot.png", import.meta.url));
const server = await startServer();
const browser = await launch();
try {
  const page = await browser.newPage({
    viewport: { width: 1000, height: 640 }, deviceScaleFactor: 2, colorScheme: "light" });
  await page.goto(server.url);
  await caughtUp(page);
  await page.getByTestId("message").fill("what is (17+3)*2.5?");
  await page.getByTestId("message").press("Enter");
  await page.locator('[data-testid="run"][data-state="completed"]').waitFor();
  // The five stages are what the picture is for.
  for (const stage of ["agent_started", "agent_thinking", "tool_executing", "tool_completed",
    "agent_completed"]) {
    await page.locator(`[data-stage="${stage}"]`).waitFor();
  }
  await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
  console.log(`wrote ${file}`);
} finally {
  await browser.close();
  await server.stop();
}
