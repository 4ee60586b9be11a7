/**
 * Client of a Clarion server: the protocol `clarion.v1` from the side of a browser or Node.js.
 *
 * What it promises, whatever the connection does:
 *
 * 1. `onEvent` sees each event of a watched thread once, in the order of `seq`, without a gap. An
 *    event that does not follow the one before it is never shown: the thread is subscribed again
 *    from the last good place. An event that was seen before is dropped.
 * 2. `onReset` comes before any event when the copy of the thread so far is no longer valid: the
 *    server has another log (`epoch_changed`), has removed what was missed (`trimmed`), or somebody
 *    has deleted the thread (`deleted`). Discard the copy; what follows is the thread as it is now.
 * 3. A message is written again on every new connection, with the same `message_id`, until the
 *    server has answered it. Its run happens once.
 * 4. There is one connection at a time. It comes back by itself, first within 250 ms, then with full
 *    jitter and at most 4 s (30 s while nobody looks or the browser is offline), except after close
 *    codes 4500 to 4599, after 4010 without another token, and after `close()`.
 * 5. A connection that is silent for a heartbeat, or for 5 s while an answer is awaited, is asked
 *    with a `ping`; 5 s without an answer mean that it is dead. The same after `online`, when a
 *    page is looked at again, and after a sleep.
 *
 * Two or more clients of a user see the same events in the same order.
 */

// --- frames (PROTOCOL §§2–6) -------------------------------------------------------------------

/** A place in the log of one thread. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** One committed entry of a thread's log. What stands in `payload` depends on `type`. */
export interface ClarionEvent {
  readonly type: EventType | (string & {});
  readonly thread_id: string;
  readonly run_id: string;
  readonly epoch: string;
  /** From 1 on, gap-free in its thread. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly critical: boolean;
  readonly payload: Readonly<Record<string, unknown>>;
  /** It stood in the log before the thread was subscribed to. */
  readonly replay?: true;
}

export type EventType =
  | "user_message" | "run_queued" | "agent_started" | "agent_thinking" | "tool_executing"
  | "tool_completed" | "text_delta" | "assistant_message" | "progress_update" | "agent_handoff"
  | "approval_requested" | "approval_resolved" | "final_report" | "custom" | "agent_completed"
  | "agent_error" | "agent_cancelled";

export type RunState = "queued" | "running" | "suspended" | "finished";

export interface Welcome {
  readonly type: "welcome";
  readonly connection_id: string;
  readonly user_id: string;
  readonly protocol: string;
  readonly server: string;
  readonly heartbeat: { readonly interval_ms: number; readonly timeout_ms: number };
  readonly limits: {
    readonly frame_bytes_max: number;
    readonly message_bytes_max: number;
    readonly messages_per_minute: number;
    readonly queued_runs_max: number;
  };
  readonly agents: readonly Agent[];
  readonly active_runs?: readonly ActiveRun[];
  /** `"storage"`: the log is unavailable; new messages will be refused. */
  readonly degraded?: readonly string[];
}

export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  readonly available: boolean;
  readonly reason?: string;
}

export interface ActiveRun {
  readonly thread_id?: string;
  readonly run_id: string;
  readonly state: RunState;
}

/** The server's answer to a message; its text is durable by then. */
export interface Accepted {
  readonly type: "accepted";
  readonly thread_id: string;
  readonly message_id: string;
  readonly run_id: string;
  readonly seq: number;
  readonly duplicate: boolean;
  readonly state: "running" | "queued" | "finished";
}

/** What a promise is rejected with, and what `problem` tells: the server's `error` frame, or one
 *  that the client has made: `connection_lost`, `bad_frame`, `gap`, `busy`, `too_large`. */
export interface Problem {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly detail?: string;
  readonly retry_after_ms?: number;
  readonly id?: string;
}

/** Any other frame of the server. */
export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

export interface Refreshed extends Frame {
  readonly type: "refreshed";
  readonly expires_ms: number;
}

export interface CancelResult extends Frame {
  readonly type: "cancel_result";
  readonly verdict: "accepted" | "too_late" | "not_found";
}

// --- what a client is told -----------------------------------------------------------------------

export type ConnectionState =
  | { readonly name: "idle" }
  /** The first attempt. `attempt`: failures before it. */
  | { readonly name: "connecting"; readonly attempt: number }
  | { readonly name: "connected"; readonly welcome: Welcome }
  /** With `retryInMs` it waits for so long; without, it is on its way. */
  | {
      readonly name: "reconnecting";
      readonly attempt: number;
      readonly retryInMs?: number;
      readonly code?: number;
      readonly reason?: string;
    }
  /** It does not come back by itself; `open()` and `signIn()` try again. */
  | { readonly name: "closed"; readonly code: number; readonly reason: string };

export interface ClientEvents {
  state: ConnectionState;
  /** An error that answers no promise: to be shown. */
  problem: Problem;
  /** Every frame that is neither an event nor an awaited reply, such as `agents`,
   *  `thread_changed`, `going_away`, `token_expiring`, `deleted`. */
  frame: Frame;
  /** The server is open and silent and has been shown no token: it may want one. Give it with
   *  `signIn()`. */
  token_wanted: undefined;
}

export type ResetReason =
  | "epoch_changed" | "trimmed" | "too_far_ahead" | "deleted" | "unknown" | (string & {});

/** Callbacks of one thread. What one of them throws is reported as uncaught, no more. */
export interface ThreadListener {
  onEvent?(event: ClarionEvent): void;
  /** Discard the copy of the thread (promise 2). */
  onReset?(reason: ResetReason): void;
  /** Everything that was missed has come: what follows is live. After each connect. */
  onCaughtUp?(): void;
  /** With `pageEvents`: the newest events, before any other; `more`: older ones exist. */
  onPage?(events: readonly ClarionEvent[], more: boolean): void;
  /** The server will not let this thread be followed on this connection. */
  onRefused?(problem: Problem): void;
}

export interface WatchOptions {
  /** Where to begin: at the first event (the default), at the next one, or after a place that was
   *  kept with the copy of the thread, however long ago. */
  from?: "start" | "now" | Place;
  /** With `from: "start"`: the newest so many events come first, as one page; `older()` has the
   *  rest. 0, the default, replays everything. */
  pageEvents?: number;
}

export interface Message {
  thread_id: string;
  text: string;
  /** The idempotency key, unique in the thread. Give it, and keep it with the text, if a message
   *  is to survive this process; otherwise it is made. */
  message_id?: string;
  agent?: string;
  on_busy?: "enqueue" | "reject" | "interrupt" | "rollback";
  metadata?: Record<string, unknown>;
}

// --- what can be passed in -----------------------------------------------------------------------

export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls `act` once, after `ms`; gives what `cancel` takes. */
  after(ms: number, act: () => void): unknown;
  cancel(timer: any): void;
}

export interface Surroundings {
  /** Does nobody look, or is there no network? Retries may be rarer then. */
  isAway(): boolean;
  /** Calls `act` when somebody looks again or the network is back; gives what ends that. */
  onWake(act: () => void): () => void;
}

type MaybePromise<T> = T | Promise<T>;

export interface ClientOptions extends Partial<Times> {
  /** Such as `wss://example.org/ws`. */
  url: string;
  /** The token to show, asked for before each connection and before one expires; null: none. A
   *  promise that rejects is a failed attempt. */
  token?: () => MaybePromise<string | null>;
  /** What this software is called, told in `hello` beside a token. */
  client?: { name: string; version: string };
  /** `"sent"`, the default: the server is told, by `ack`, what `onEvent` has seen. */
  acks?: "sent" | "none";
  /** Without a global one, as in Node.js 18 and 20: that of `ws`. */
  WebSocket?: new (url: string, protocols: string[]) => WebSocketLike;
  clock?: Clock;
  /** In [0, 1). */
  random?: () => number;
  surroundings?: Surroundings;
  newMessageId?: () => string;
}

/** Durations, in milliseconds. */
export interface Times {
  /** The first retry comes within this; each failure doubles the room. */
  firstRetryMs: number;
  /** The most that a retry waits while somebody looks. */
  retryCapMs: number;
  /** … while nobody does, or the browser says that it is offline. */
  hiddenRetryCapMs: number;
  /** The most that a server may send a client away for, by `going_away`. */
  goingAwayCapMs: number;
  /** For a socket to open; doubles with each failure, up to `welcomeTimeoutMs`. */
  openTimeoutMs: number;
  /** For `welcome` on an open socket, and for a token that is fetched. */
  welcomeTimeoutMs: number;
  /** An attempt older than this is begun anew by `wake()`. */
  staleDialMs: number;
  /** Silence that asks for a ping, unless `welcome` has a heartbeat interval. */
  quietMs: number;
  /** Silence after its own ping that makes a server hang up, unless `welcome` has it. */
  goneMs: number;
  /** Silence that asks for a ping while an answer is awaited. */
  awaitedQuietMs: number;
  /** Silence after a ping that means: dead. */
  probeTimeoutMs: number;
  /** An answer that has not come by then will not come on this connection. */
  overdueMs: number;
  /** An open socket without `welcome` that has shown no token, after this: `token_wanted`. */
  silentServerMs: number;
  /** A refused subscribe is tried again after this, unless the server names a time. */
  refusedRetryMs: number;
  /** Acknowledgements gather this long. */
  ackMs: number;
  /** How often the clock is looked at, to see that the machine has slept. */
  tickMs: number;
}

// --- the client ----------------------------------------------------------------------------------

export class ClarionClient {
  /** Connects to nothing yet: see `open()`. Throws a TypeError without any WebSocket. */
  constructor(options: ClientOptions);

  /** Gives what takes the listener away. Throws a TypeError when there is no such event. */
  on<Name extends keyof ClientEvents>(
    name: Name, listener: (told: ClientEvents[Name]) => void): () => void;

  readonly state: ConnectionState;
  /** The server's; null while not connected. */
  readonly welcome: Welcome | null;
  /** Messages that the server has not answered yet; at most 1,000. */
  readonly unanswered: number;

  /** Connects; also the way back after `"closed"`, and past the wait of `"reconnecting"`. */
  open(): void;
  /** Leaves. Threads and unanswered messages stay for the next `open()`. */
  close(): void;
  /** Is the connection alive? Asks, and replaces it when nothing comes; while waiting to reconnect,
   *  connects at once. Called by itself after `online` and when the page is looked at again. */
  wake(): void;
  /** There is a token now, or another one: shown to a server that waits for it, in `refresh` to one
   *  that has taken one, otherwise on a new connection. Gives the server's answer to `refresh`, or
   *  null; rejects when the server refuses it there. */
  signIn(): Promise<Refreshed | null>;

  /** Follows a thread, which need not exist yet; the place in it outlives connections. Throws when
   *  it is watched already. */
  watch(threadId: string, listener: ThreadListener, options?: WatchOptions): void;
  unwatch(threadId: string): void;
  /** The place behind the last event shown, to be kept with the copy of the thread and given to
   *  `watch()` as `from`; null when the thread is not watched. */
  cursor(threadId: string): Place | null;
  /** With `pageEvents`: the events before the oldest one shown; null when the thread has become
   *  another one meanwhile. Rejects with a `Problem`. */
  older(threadId: string): Promise<{ events: ClarionEvent[]; more: boolean } | null>;

  /** Sends a message now or once connected, and again after each loss, until it is answered (promise
   *  3). An error with `retry_after_ms` is a `problem`, and the message is sent again by then; any
   *  other one rejects. */
  send(message: Message): Promise<Accepted>;
  cancel(threadId: string, target: { run_id: string } | { message_id: string }):
    Promise<CancelResult>;
  /** Any frame with one reply (`approve`, `threads`, `history`, `delete_thread`, …). Not repeated: a
   *  lost connection rejects with `connection_lost`. */
  request<Reply = Frame>(frame: { type: string; [field: string]: unknown }): Promise<Reply>;
}

/** Close codes after which a client does not come back by itself: 4500 to 4599. */
export function isFinalClose(code: number): boolean;

/** Full jitter: between 0 and the smaller of `capMs` and `firstRetryMs` doubled `attempt` times. */
export function retryDelay(
  attempt: number, random: () => number, capMs?: number, firstRetryMs?: number): number;

/** The defaults. */
export const TIMES: Readonly<Times>;
