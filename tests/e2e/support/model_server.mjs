// Starts @copilotkit/aimock, a model server that is not ours, for one test file.
//
//   const models = await startModelServer([{ match: { userMessage: "hello" }, response: { content: "Hi" } }]);
//   … models.url, await models.journal() …
//   await models.stop();

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CLI = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@copilotkit/aimock/dist/cli.js");
const READY_TIMEOUT_MS = 30000;
const POLL_MS = 50;

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** fixtures: what it answers to what. args: more flags, such as the chaos ones. wanted: a port that it is expected on. */
export async function startModelServer(fixtures, args = [], wanted) {
  const dir = mkdtempSync(join(tmpdir(), "clarion-models-"));
  const file = join(dir, "fixtures.json");
  writeFileSync(file, JSON.stringify({ fixtures }));
  const port = wanted ?? await freePort();
  const child = spawn(process.execPath, [CLI, "-h", "127.0.0.1", "-p", String(port), "-f", file, ...args],
    { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const journal = async () => (await fetch(`http://127.0.0.1:${port}/__aimock/journal`)).json();
  for (const started = Date.now(); ; await new Promise((next) => setTimeout(next, POLL_MS))) {
    if (await journal().then(() => true, () => false)) break;
    if (Date.now() - started > READY_TIMEOUT_MS || child.exitCode !== null) throw new Error(`no model server\n${output}`);
  }
  for (const handle of [child, child.stdout, child.stderr]) handle.unref();
  return {
    url: `http://127.0.0.1:${port}/v1`,
    /** Every request so far: {method, path, headers, body, response}. */
    journal,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      running.delete(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
