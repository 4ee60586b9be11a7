export { ClarionClient } from "./client.js";
export { isFinalClose } from "./codes.js";
export { TIMES, retryDelay } from "./times.js";
