// A real Prometheus that scrapes a server of ours, and promtool, which asks it.
//
//   const prometheus = await startPrometheus({ target: "127.0.0.1:8081", rules: "docs/alerts.yml" });
//   await prometheus.query("clarion_sessions_open");   // [["{…}", 3]], by promtool
//   await prometheus.stop();

import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { found } from "./eventually.mjs";

const UNPACKED = fileURLToPath(new URL("../../../build/tools/prometheus", import.meta.url));

/** Where `tools/dev test` has put it, or where the machine has it. */
function program(name) {
  const places = [UNPACKED, ...(process.env.PATH ?? "").split(delimiter)];
  const path = places.map((place) => join(place, name)).find((one) => existsSync(one));
  if (!path) throw new Error(`there is no ${name}: tools/dev setup test provides it`);
  return path;
}

/** promtool with these words; gives {status, output}, stdout and stderr together. */
export function promtool(words, input = "") {
  try {
    return { status: 0, output: execFileSync(program("promtool"), words, { input, encoding: "utf8", stdio: "pipe" }) };
  } catch (failed) {
    if (failed.status === null || failed.status === undefined) throw failed;
    return { status: failed.status, output: `${failed.stdout}${failed.stderr}` };
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Scrapes every 3 s, and evaluates the rules once a second. */
export async function startPrometheus({ target, rules }) {
  const folder = mkdtempSync(join(tmpdir(), "clarion-prometheus-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(config, `global: {scrape_interval: 3s, scrape_timeout: 3s, evaluation_interval: 1s}
rule_files: [${JSON.stringify(rules)}]
scrape_configs: [{job_name: clarion, static_configs: [{targets: [${JSON.stringify(target)}]}]}]
`);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(program("prometheus"), [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${new URL(url).host}`, "--log.level=warn"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { said = (said + text).slice(-4096); });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const api = async (path) => (await (await fetch(`${url}/api/v1/${path}`)).json()).data;
  try {
    await found(async () => (await fetch(`${url}/-/ready`)).ok, () => `Prometheus is not ready: ${said}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    rules: async () => (await api("rules")).groups.flatMap((group) => group.rules),
    targets: async () => (await api("targets")).activeTargets,
    /** The series that an expression gives now, as [labels, value]; throws what promtool says of a bad one. */
    query: (expression) => new Promise((resolve, reject) => {
      execFile(program("promtool"), ["query", "instant", url, expression], (error, stdout, stderr) => {
        if (error) return reject(new Error(`${expression}\n${stdout}${stderr}`));
        const lines = stdout.split("\n").filter((line) => line.includes(" => ") || line.startsWith("scalar"));
        resolve(lines.map((line) => {
          const [labels, value] = line.split(" => ");
          return [labels, Number(value?.split(" @")[0])];
        }));
      });
    }),
  };
}
