// MCP servers that are not ours, as commands and over HTTP, and one that a test scripts.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { freePort } from "./model_server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, "../node_modules/.bin", name);
const READY_TIMEOUT_MS = 30000;
const POLL_MS = 50;
const PROBE_TIMEOUT_MS = 120000;

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export const everything = [bin("mcp-server-everything")];
export const filesystem = (dir) => [bin("mcp-server-filesystem"), dir];
/** Its file comes from a variable; `env` is the program, so that it can be given to a probe. */
export const memory = (file) => ["/usr/bin/env", `MEMORY_FILE_PATH=${file}`, bin("mcp-server-memory")];

/** server-everything over HTTP, on loopback alone. wanted: a port to come back on. */
export async function startEverything(wanted) {
  const port = wanted ?? await freePort();
  const preload = pathToFileURL(join(here, "loopback_only.mjs")).href;
  const child = spawn(process.execPath, ["--import", preload, bin("mcp-server-everything"), "streamableHttp"],
    { env: { ...process.env, PORT: String(port) }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const url = `http://127.0.0.1:${port}/mcp`;
  for (const started = Date.now(); ; await new Promise((next) => setTimeout(next, POLL_MS))) {
    if (await fetch(url).then(() => true, () => false)) break;
    if (Date.now() - started > READY_TIMEOUT_MS || child.exitCode !== null) throw new Error(`no MCP server\n${output}`);
  }
  for (const handle of [child, child.stdout, child.stderr]) handle.unref();
  return {
    url,
    output: () => output,
    async stop() {
      for (const handle of [child, child.stdout, child.stderr]) handle.ref(); // its end is waited for
      child.kill("SIGKILL");
      await ended;
      running.delete(child);
    },
  };
}

/** An HTTP server on loopback that answers as `handle({request, body, message}, response)` says;
 *  `message` is the JSON-RPC message of a POST. Remembers {method, headers, message}. */
export async function startScripted(handle) {
  const seen = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => (body += text));
    request.on("end", () => {
      const message = body ? JSON.parse(body) : null;
      seen.push({ method: request.method, headers: request.headers, message });
      handle({ request, message }, response);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    seen,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export const answer = (response, id, result, headers = {}) => {
  response.writeHead(200, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
};
export const refuse = (response, status, id, error) => {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
};

/** `clarion mcp-probe …`: {code, stdout, stderr, lines}. */
export function probe(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.CLARION_BIN, ["mcp-probe", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), PROBE_TIMEOUT_MS);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: code ?? signal, stdout, stderr, lines: stdout.trim().split("\n") });
    });
  });
}
