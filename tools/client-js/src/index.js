// The public face: types and documentation are in index.d.ts.

export { ClarionClient } from "./client.js";
export { isFinalClose } from "./codes.js";
export { TIMES, retryDelay } from "./times.js";
