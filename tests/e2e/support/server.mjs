// Starts the real server for one test file and answers for its end.
//
//   const server = await startServer({ args: ["--enable-echo"] });
//   … server.url, server.wsUrl …
//   await server.stop();            // fails when the server did not end well
//
// The binary is $CLARION_BIN. Port and data directory are the server's own unless given, so that
// any number of tests may run at once.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const READY = /^clarion ready listen=(.+):(\d+) admin=(\S+) data=(.*)$/;
const READY_TIMEOUT_MS = 30000;
const STOP_TIMEOUT_MS = 30000; // limits.drain_ms and 5 s, with room
const STDERR_KEPT = 65536; // characters

const running = new Set();
const temporary = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  for (const dir of temporary) rmSync(dir, { recursive: true, force: true });
});

function temporaryDir() {
  const dir = mkdtempSync(join(tmpdir(), "clarion-e2e-"));
  temporary.add(dir);
  return dir;
}

/** command: another one that serves; it has no admin listener. args: more flags; `--admin` among them replaces `--admin off`. env: more variables; what this
 *  process has of CLARION_… is not passed on. dataDir: without one a temporary directory, which
 *  another start may be given and which goes with this process. listen: to come back on the port
 *  of an earlier start. */
export async function startServer({
  command = "serve", args = [], env = {}, dataDir, listen = "127.0.0.1:0", bin = process.env.CLARION_BIN,
} = {}) {
  if (!bin) throw new Error("CLARION_BIN names no server binary");
  const data = dataDir ?? temporaryDir();
  const admin = command !== "serve" || args.includes("--admin") ? [] : ["--admin", "off"];
  const child = spawn(bin, [command, "--listen", listen, ...admin, "--data", data, ...args],
    { env: { ...withoutClarion(process.env), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);

  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const exited = new Promise((resolve) => {
    child.on("error", (error) => resolve({ error }));
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });

  const [, host, port, adminAt] = await ready(child, exited, () => stderr);
  // A test that fails before it stops its server must end, not wait for it for ever.
  for (const handle of [child, child.stdout, child.stderr]) handle.unref();
  const at = host === "0.0.0.0" ? "127.0.0.1" : host;
  const ended = async () => {
    const how = await within(exited, STOP_TIMEOUT_MS);
    if (how) return how;
    child.kill("SIGKILL");
    throw new Error(`the server did not end within ${STOP_TIMEOUT_MS} ms\n${stderr}`);
  };
  return {
    host: at,
    port: Number(port),
    url: `http://${at}:${port}`,
    wsUrl: `ws://${at}:${port}/ws`,
    admin: adminAt === "off" ? null : `http://${adminAt}`,
    dataDir: data,
    pid: child.pid,
    stderr: () => stderr,
    /** Waits, within a bound, for an end that somebody else brought about. Gives {code, signal}. */
    ended,
    /** SIGTERM. Throws, with stderr, unless the server was alive and then exits with 0. */
    async stop() {
      const early = child.exitCode !== null || child.signalCode !== null;
      child.kill("SIGTERM");
      const how = await ended();
      if (early || how.code !== 0) throw new Error(`${told(how, early)}\n${stderr}`);
      return how;
    },
    /** SIGKILL, as a crash. The data directory stays for the next start. */
    async kill() {
      child.kill("SIGKILL");
      return ended();
    },
  };
}

async function ready(child, exited, stderr) {
  const line = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (text) => resolve(text));
  });
  const first = await within(Promise.race([line, exited]), READY_TIMEOUT_MS);
  if (typeof first === "string" && READY.test(first)) return READY.exec(first);
  child.kill("SIGKILL");
  const why = first === null ? `no ready line within ${READY_TIMEOUT_MS} ms`
    : typeof first === "string" ? `not a ready line: ${first}` : told(first, true);
  throw new Error(`${why}\n${stderr()}`);
}

function told({ error, code, signal }, early) {
  if (error) return `the server did not start: ${error.message}`;
  return `the server ended ${early ? "by itself " : ""}with ${signal ?? `exit status ${code}`}`;
}

function withoutClarion(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("CLARION_")));
}

/** The promise's value, or null after that time. */
function within(promise, ms) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
