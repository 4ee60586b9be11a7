// nginx and haproxy as they stand in front of a server in the field: TLS outside, plain HTTP inside, the
// client's address in X-Forwarded-For.
//
//   const front = await startFront("nginx", server);
//   … front.url … await front.reload(); await front.stop();

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

import { certificateFiles, folder } from "../support/tokens.mjs";

const READY_TIMEOUT_MS = 30000;
const STOP_TIMEOUT_MS = 10000;
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** What reads `file` in the foreground; how it is told to read it again. */
const FRONTS = {
  nginx: {
    command: (file, dir) => ["nginx", "-e", `${dir}/log`, "-p", dir, "-c", file],
    write: (dir, port, server, { cert, key }) => `
daemon off;
worker_processes 1;
pid ${dir}/pid;
error_log ${dir}/log warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${dir}/tmp; proxy_temp_path ${dir}/tmp; fastcgi_temp_path ${dir}/tmp;
  uwsgi_temp_path ${dir}/tmp; scgi_temp_path ${dir}/tmp;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    location / {
      proxy_pass http://127.0.0.1:${server.port};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_buffering off;
    }
  }
}
`,
    reload: (child) => child.kill("SIGHUP"),
  },
  haproxy: {
    // In master-worker mode, so that SIGUSR2 reloads as a service would.
    command: (file) => ["haproxy", "-W", "-f", file],
    write: (dir, port, server, { cert, key }) => {
      writeFileSync(join(dir, "both.pem"), readFileSync(cert, "utf8") + readFileSync(key, "utf8"), { mode: 0o600 });
      return `
global
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
  option forwardfor
frontend outside
  bind 127.0.0.1:${port} ssl crt ${dir}/both.pem
  default_backend inside
backend inside
  server clarion 127.0.0.1:${server.port}
`;
    },
    reload: (child) => child.kill("SIGUSR2"),
  },
};

export const FRONT_NAMES = Object.keys(FRONTS);

/** server: {port}. Fails when the program is not installed (tools/packages/test.txt). */
export async function startFront(name, server) {
  const { command, write, reload } = FRONTS[name];
  const found = spawnSync(name, ["-v"], { stdio: "ignore" });
  if (found.error) throw new Error(`${name} is not installed (tools/dev setup test)`);
  const dir = folder();
  mkdirSync(join(dir, "tmp"));
  const port = await freePort();
  const file = join(dir, `${name}.conf`);
  writeFileSync(file, write(dir, port, server, certificateFiles()));
  const [program, ...args] = command(file, dir);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-8192)));
  const ended = new Promise((resolve) => child.on("close", (code) => {
    running.delete(child);
    resolve(code);
  }));
  await listening(port, ended, () => said);
  for (const one of [child, child.stderr]) one.unref();
  return {
    name, port, url: `wss://127.0.0.1:${port}/ws`, reloads: 0,
    /** Reads its configuration again; connections that are open stay with the old process. */
    reload() {
      this.reloads += 1;
      reload(child);
    },
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS); // keeps this process alive, too
      await ended;
      clearTimeout(late);
    },
  };
}

/** A port that was free a moment ago: neither program can be asked to pick one and tell. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function listening(port, ended, said) {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let over = false;
  ended.then(() => (over = true));
  while (!(await answers(port))) {
    if (over || performance.now() > deadline) throw new Error(`the front did not come up: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
