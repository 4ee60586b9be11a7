// Tokens and the files that go with them, made by other means than the server's own.
//
//   const secret = secretFile("a secret of at least 32 bytes, for tests");
//   const token = makeToken({ sub: "ada" }, secret.text);

import { execFileSync } from "node:child_process";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const temporary = [];
process.on("exit", () => {
  for (const dir of temporary) rmSync(dir, { recursive: true, force: true });
});

/** A folder of its own, gone with this process. */
export function folder() {
  const dir = mkdtempSync(join(tmpdir(), "clarion-tokens-"));
  temporary.push(dir);
  return dir;
}

/** Seconds since 1970, `ms` from now. */
export const secondsFromNow = (ms) => (Date.now() + ms) / 1000;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed with HS256, whatever the header says. Good for an hour unless the claims say else; what is
 *  undefined is left out. */
export function makeToken(claims, secret, header = { alg: "HS256", typ: "JWT" }) {
  const now = { iat: secondsFromNow(0), exp: secondsFromNow(3600000) };
  const text = `${encoded(header)}.${encoded({ ...now, ...claims })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const makers = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};
const ways = {
  RS256: (text, key) => sign("sha256", text, key),
  PS256: (text, key) => sign("sha256", text, { key, ...pss }),
  ES256: (text, key) => sign("sha256", text, { key, dsaEncoding: "ieee-p1363" }),
  EdDSA: (text, key) => sign(null, text, key),
};

/** A pair of keys: `jwk` is its public half as it stands in a set, `token` makes what it signs. */
export function issuer(alg, kid) {
  const { publicKey, privateKey } = makers[alg]();
  return {
    alg,
    kid,
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
    pem: publicKey.export({ format: "pem", type: "spki" }),
    token(claims, header = { alg, kid, typ: "JWT" }) {
      const now = { iat: secondsFromNow(0), exp: secondsFromNow(3600000) };
      const text = `${encoded(header)}.${encoded({ ...now, ...claims })}`;
      return `${text}.${ways[alg](Buffer.from(text), privateKey).toString("base64url")}`;
    },
  };
}

/** Public keys in a file of its own; `replace` puts others in their place at once. */
export function keySetFile(keys) {
  const path = join(folder(), "keys.json");
  const replace = (others) => {
    const text = typeof others === "string" ? others : JSON.stringify({ keys: others });
    writeFileSync(`${path}.new`, text, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  };
  replace(keys);
  return { path, replace };
}

/** A secret in a file of its own; `replace` puts another in its place at once. */
export function secretFile(text, mode = 0o600) {
  const path = join(folder(), "secret");
  const file = {
    path,
    text,
    replace(other) {
      writeFileSync(`${path}.new`, `${other}\n`, { mode });
      chmodSync(`${path}.new`, mode); // whatever the umask
      renameSync(`${path}.new`, path);
      file.text = other;
    },
  };
  file.replace(text);
  return file;
}

/** A self-signed certificate for 127.0.0.1 and its key; `renew` makes new ones in their place. */
export function certificateFiles() {
  const dir = folder();
  const files = {
    cert: join(dir, "cert.pem"),
    key: join(dir, "key.pem"),
    renew() {
      execFileSync("openssl", [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout", `${files.key}.new`, "-out", `${files.cert}.new`,
      ], { stdio: "ignore" });
      renameSync(`${files.key}.new`, files.key);
      renameSync(`${files.cert}.new`, files.cert);
    },
  };
  files.renew();
  return files;
}
