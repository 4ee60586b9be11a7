// A JWT (HS256) for each user, from the secret that the server was given.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const LIFE_S = 24 * 3600;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A function that makes a token for a user. */
export function tokenMaker(file) {
  const secret = readFileSync(file, "utf8").replace(/\r?\n$/, "");
  return (user) => {
    const now = Math.floor(Date.now() / 1000);
    const text = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ sub: user, iat: now, exp: now + LIFE_S })}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
}
