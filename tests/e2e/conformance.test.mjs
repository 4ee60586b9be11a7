// The conformance driver against the shipped binary's /echo.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startServer } from "./support/server.mjs";

const driver = join(dirname(fileURLToPath(import.meta.url)), "conformance", "run.py");

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("exit", (status) => resolve({ status, output }));
  });
}

test("every case of RFC 6455 passes strictly", async () => {
  const server = await startServer({ args: ["--enable-echo"] });
  const { status, output } = await run("python3", ["-B", driver, server.wsUrl.replace(/\/ws$/, "/echo")]);
  console.log(output.trim().split("\n").slice(-3).join("\n"));
  assert.equal(status, 0, output);
  await server.stop();
});
