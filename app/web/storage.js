// What the browser keeps for the page. It can be switched off or full; the page works without.

/** kind: "localStorage" (this browser) or "sessionStorage" (this tab). */
export function readText(kind, key) {
  try {
    return globalThis[kind]?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** null removes. */
export function writeText(kind, key, value) {
  try {
    if (value === null || value === "") globalThis[kind]?.removeItem(key);
    else globalThis[kind]?.setItem(key, value);
  } catch {
    // Full or forbidden: only the convenience is lost.
  }
}

export function readJson(kind, key, fallback) {
  try {
    const value = JSON.parse(readText(kind, key));
    const fits = typeof value === "object" && value !== null
      && Array.isArray(value) === Array.isArray(fallback);
    return fits ? value : fallback;
  } catch {
    return fallback;
  }
}

export function writeJson(kind, key, value) {
  const empty = Object.keys(value).length === 0;
  writeText(kind, key, empty ? null : JSON.stringify(value));
}
