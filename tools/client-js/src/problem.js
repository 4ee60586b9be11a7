/** An error frame as the server would have written it, for what the client finds out itself. */
export function problem(code, message) {
  return { type: "error", code, message, retryable: code === "connection_lost" };
}
