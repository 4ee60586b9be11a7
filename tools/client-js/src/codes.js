// PROTOCOL §6: what a close code means for whoever was closed.

export function isFinalClose(code) {
  return code >= 4500 && code <= 4599;
}

export const TOKEN_EXPIRED = 4010;
export const FRAME_TOO_LARGE = 1009;
export const NO_CLOSE_FRAME = 1006;

/** An error frame as the server would have written it, for what the client finds out itself. */
export function problem(code, message) {
  return { type: "error", code, message, retryable: code === "connection_lost" };
}
