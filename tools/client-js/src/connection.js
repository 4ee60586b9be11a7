// One connection after the other: token, dial, welcome, liveness, the way back. Knows no thread.

import { NO_CLOSE_FRAME, TOKEN_EXPIRED, isFinalClose } from "./codes.js";
import { Liveness } from "./liveness.js";
import { retryDelay } from "./times.js";
import { Timers } from "./timers.js";

const SUBPROTOCOL = "clarion.v1";
const OPEN = 1; // WebSocket.readyState

export class Connection {
  #options;
  #clock;
  #told;
  #timers;
  #liveness;
  #stopWaking = null;
  #state = { name: "idle" };
  #attempt = null; // the connection of now, from asking for a token on: {socket, token, begunAt}
  #welcome = null;
  #failures = 0; // since the connection last did all its work
  #goingAway = null;
  #expired = null; // a token that must not be shown again

  /** told: {state(state), frame(frame), unreadable(), lost({code, reason}), tokenWanted()}. */
  constructor(options, told) {
    this.#options = options;
    this.#clock = options.clock;
    this.#told = told;
    this.#timers = new Timers(this.#clock);
    this.#liveness = new Liveness(this.#clock, options, {
      ping: () => this.write({ type: "ping" }),
      dead: (reason) => this.giveUp(reason),
    });
  }

  get state() {
    return this.#state;
  }
  get welcome() {
    return this.#welcome;
  }
  get token() {
    return this.#attempt?.token ?? null;
  }

  open() {
    if (this.#attempt) return;
    this.#timers.stop("retry");
    this.#stopWaking ??= this.#options.surroundings.onWake(() => this.wake());
    const isOnItsWay = this.#state.name === "reconnecting";
    if (!isOnItsWay) this.#expired = null; // asked for: let the server judge
    this.#begin(isOnItsWay ? "reconnecting" : "connecting");
  }

  close() {
    this.#leave();
    this.#end({ code: 1000, reason: "" });
  }

  restart() {
    if (this.#attempt) this.#leave();
    this.#failures = 0;
    this.open();
  }

  wake() {
    if (this.#welcome) {
      this.#liveness.probe();
    } else if (this.#attempt) {
      const { begunAt } = this.#attempt;
      if (this.#clock.now() - begunAt >= this.#options.staleDialMs) this.#beginAnew();
    } else if (this.#state.name === "reconnecting") {
      this.open();
    }
  }

  giveUp(reason) {
    const socket = this.#attempt?.socket;
    this.#lost({ code: NO_CLOSE_FRAME, reason });
    // Nobody may be there to answer a close frame: `ws` would wait for it.
    if (typeof socket?.terminate === "function") socket.terminate();
    else socket?.close();
  }

  /** Shows a token to a server that still waits for one; false when none does. */
  greet(token) {
    const waits = this.#attempt?.socket?.readyState === OPEN && !this.#welcome;
    if (!waits || this.token) return false;
    this.#attempt.token = token;
    this.#hello();
    return true;
  }

  refreshed(token) {
    if (this.#attempt) this.#attempt.token = token;
  }

  write(frame) {
    const socket = this.#attempt?.socket;
    if (socket?.readyState !== OPEN) return;
    socket.send(JSON.stringify(frame));
    if (frame.id !== undefined && frame.type !== "ack") this.asked(frame.id);
  }

  asked(id) {
    this.#liveness.asked(id);
  }

  answered(id) {
    this.#liveness.answered(id);
  }

  /** Only a connection that has done all its work ends the back-off: a server that greets and
   *  then fails is not hammered. */
  settled() {
    this.#failures = 0;
  }

  #begin(name) {
    const attempt = { socket: null, token: null, begunAt: this.#clock.now() };
    this.#attempt = attempt;
    this.#watchSleep();
    this.#enter({ name, attempt: this.#failures });
    if (this.#attempt !== attempt) return; // whoever was told has closed it
    let token;
    try {
      token = this.#options.token();
    } catch (error) {
      this.#tokenFailed(attempt, error);
      return;
    }
    if (typeof token?.then !== "function") {
      this.#dial(attempt, token);
      return;
    }
    attempt.isTokenFetched = true;
    this.#within(this.#options.welcomeTimeoutMs, "no token within the time limit");
    token.then((value) => this.#dial(attempt, value),
      (error) => this.#tokenFailed(attempt, error));
  }

  #tokenFailed(attempt, error) {
    if (this.#attempt === attempt) this.giveUp(`no token: ${error?.message ?? error}`);
  }

  #dial(attempt, token) {
    if (this.#attempt !== attempt) return;
    if (token && token === this.#expired) {
      this.#end({ code: TOKEN_EXPIRED, reason: "the token has expired" });
      return;
    }
    const { WebSocket, url, openTimeoutMs, welcomeTimeoutMs } = this.#options;
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    attempt.socket = socket;
    attempt.token = token || null;
    const openMs = Math.min(welcomeTimeoutMs, openTimeoutMs * 2 ** Math.min(this.#failures, 8));
    this.#within(openMs, "no connection within the time limit");
    // A socket that was given up may still speak: only the current one is heard.
    const current = (act) => (event) => {
      if (this.#attempt === attempt) act(event);
    };
    socket.onopen = current(() => {
      this.#within(welcomeTimeoutMs, "no welcome from the server");
      this.#hello();
    });
    socket.onmessage = current(({ data }) => this.#hear(data));
    socket.onclose = current((event) => this.#lost(event));
    socket.onerror = () => {}; // `close` follows and says what there is to say
  }

  #within(ms, reason) {
    this.#timers.start("deadline", ms, () => this.giveUp(reason));
  }

  // Without a token nothing is said: where none is needed, the server greets by itself.
  #hello() {
    const { token } = this.#attempt;
    this.#timers.stop("silent");
    if (token) this.write({ type: "hello", token, client: this.#options.client });
    else this.#timers.start("silent", this.#options.silentServerMs, this.#told.tokenWanted);
  }

  #hear(data) {
    this.#liveness.heard();
    let frame = null;
    try {
      frame = JSON.parse(data);
    } catch {
      // Told below.
    }
    if (typeof frame !== "object" || frame === null) {
      this.#told.unreadable();
      return;
    }
    if (frame.id !== undefined) this.answered(frame.id);
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "going_away") this.#goingAway = frame;
    this.#told.frame(frame);
  }

  #welcomed(frame) {
    this.#timers.stop("deadline");
    this.#timers.stop("silent");
    this.#welcome = frame;
    this.#liveness.begin(frame.heartbeat);
    this.#enter({ name: "connected", welcome: frame });
  }

  #lost({ code, reason }) {
    const { token, isTokenFetched } = this.#attempt;
    const askedMs = Math.min(this.#goingAway?.reconnect_after_ms ?? NaN, this.#options.goingAwayCapMs);
    this.#forget({ code, reason });
    // Only another token is worth a connection now.
    if (code === TOKEN_EXPIRED) this.#expired = token;
    const stays = code === TOKEN_EXPIRED && !isTokenFetched && this.#options.token() === token;
    if (isFinalClose(code) || stays) {
      this.#end({ code, reason });
      return;
    }
    const { random, surroundings, firstRetryMs, retryCapMs, hiddenRetryCapMs } = this.#options;
    const capMs = surroundings.isAway() ? hiddenRetryCapMs : retryCapMs;
    const jittered = retryDelay(this.#failures, random, capMs, firstRetryMs);
    const retryInMs = askedMs >= 0 ? askedMs : jittered;
    this.#failures += 1;
    this.#timers.start("retry", retryInMs, () => this.#begin("reconnecting"));
    this.#enter({ name: "reconnecting", attempt: this.#failures, retryInMs, code, reason });
  }

  #leave() {
    const socket = this.#attempt?.socket;
    this.#forget({ code: 1000, reason: "" });
    socket?.close(1000);
  }

  #beginAnew() {
    this.#leave();
    this.#begin(this.#state.name);
  }

  #end({ code, reason }) {
    this.#attempt = null;
    this.#timers.stopAll();
    this.#stopWaking?.();
    this.#stopWaking = null;
    this.#enter({ name: "closed", code, reason });
  }

  #forget({ code, reason }) {
    this.#attempt = null;
    this.#welcome = null;
    this.#goingAway = null;
    this.#timers.stopAll();
    this.#liveness.end();
    this.#told.lost({ code, reason });
  }

  #enter(state) {
    this.#state = state;
    this.#told.state(state);
  }

  // Timers stand still while a machine sleeps: a tick that comes too late shows it. Whoever slept for
  // longer than a server waits need not ask.
  #watchSleep() {
    const { tickMs, surroundings } = this.#options;
    const due = this.#clock.now() + tickMs;
    this.#timers.start("tick", tickMs, () => {
      const lateMs = this.#clock.now() - due;
      this.#watchSleep();
      if (lateMs <= tickMs) return;
      const isGone = this.#welcome && lateMs > this.#liveness.goneMs && !surroundings.isAway();
      if (isGone) this.giveUp("the machine was asleep");
      this.wake();
    });
  }
}
