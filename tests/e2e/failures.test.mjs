// Failures that only the whole server can have, provoked from outside and read at /debug/failures.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { expectFailure } from "./support/failures.mjs";
import { startServer } from "./support/server.mjs";

function makeCertificate(folder) {
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-subj", "/CN=localhost", "-keyout", key, "-out", cert], { stdio: "pipe" });
  return { cert, key };
}

/** The status of /healthz over TLS. */
function health(server) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: server.host, port: server.port, path: "/healthz", rejectUnauthorized: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
    asked.on("error", reject);
    asked.end();
  });
}

test("a certificate that cannot be read again keeps the old one and is critical", async () => {
  const folder = mkdtempSync(join(tmpdir(), "clarion-tls-"));
  try {
    const { cert, key } = makeCertificate(folder);
    const server = await startServer({
      args: ["--admin", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key],
    });
    writeFileSync(key, "not a key\n");
    process.kill(server.pid, "SIGHUP");
    await expectFailure("config_reload_failed", server, {
      severity: "critical", class: "infrastructure", detail: key, from: "app/credential_files.cpp",
    });
    assert.equal(await health(server), 200);
    await server.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
