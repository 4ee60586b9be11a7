// A server that is killed and started again on the same data and the same port, and asked at the end
// whether all that is well: no leak blocked, its log beyond doubt.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseMetrics } from "../support/metrics.mjs";
import { startServer } from "../support/server.mjs";
import { folder } from "../support/tokens.mjs";

/** No rate, no cap of runs: what is measured is delivery. */
const LIMITS = { messages_per_minute: 0, runs_active_per_user_max: 0, queued_runs_max: 64, handshake_timeout_ms: 60000 };

/** limits: of the configuration file · server: lines of its [server] table · the rest as startServer takes it. */
export async function startSupervised({ limits = {}, server = [], dataDir, args = [], ...options } = {}) {
  const config = join(folder(), "clarion.toml");
  const lines = Object.entries({ ...LIMITS, ...limits }).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(config, ["[server]", ...server, "[limits]", ...lines, ""].join("\n"));
  const supervised = new Supervised({
    ...options, args: ["--admin", "127.0.0.1:0", "--config", config, ...args], dataDir: dataDir ?? join(folder(), "data"),
  });
  await supervised.start();
  return supervised;
}

class Supervised {
  kills = 0;
  #options;
  #server = null;
  #listen = "127.0.0.1:0";

  constructor(options) { this.#options = options; }

  get port() { return this.#server.port; }
  get host() { return this.#server.host; }
  get url() { return this.#server.url; }
  get wsUrl() { return this.#server.wsUrl; }
  get admin() { return this.#server.admin; }
  get dataDir() { return this.#options.dataDir; }
  get pid() { return this.#server.pid; }
  stderr() { return this.#server.stderr(); }

  async start() {
    this.#server = await startServer({ ...this.#options, listen: this.#listen });
    this.#listen = `127.0.0.1:${this.#server.port}`;
  }

  /** kill -9 at this instant; the promise is for its end. */
  kill() {
    this.kills += 1;
    return this.#server.kill();
  }

  /** SIGTERM: fails unless it ends well. */
  stop() { return this.#server.stop(); }

  /** SIGTERM, and the next start. */
  async restart() {
    await this.stop();
    await this.start();
  }

  /** The server's own word that nothing was blocked at the last tripwire; then its end, and an audit of
   *  its log. Throws what is wrong. */
  async stopAndAudit() {
    const metrics = parseMetrics(await (await fetch(`${this.admin}/metrics`)).text());
    const leaks = metrics.sum("clarion_leaks_blocked_total");
    if (leaks !== 0) throw new Error(`clarion_leaks_blocked_total is ${leaks}`);
    const { bin = process.env.CLARION_BIN } = this.#options;
    await this.stop();
    const { status, stdout, stderr } = spawnSync(bin, ["audit", "--data", this.dataDir], { encoding: "utf8" });
    if (status !== 0) throw new Error(`clarion audit: ${status}\n${stdout}${stderr}`);
  }
}
