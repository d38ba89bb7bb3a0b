/** One question and its outcome, watched by polling. */

import { InputNeeded, TurnCancelled, TurnFailed, StillThinking } from "./chat-errors.js";
import { pathOf, retryAfterOf } from "./chat-http.js";
import { isPage, isAccepted, isEnding } from "./chat-replies.js";
import { SharedPolling } from "./chat-tabs.js";
import { nameOf, watch } from "./chat-watch.js";

/** @typedef {{memory_id: string, quote: string}} Citation */
/** @typedef {{model: string, requests: number, input_tokens: number, cached_tokens: number, output_tokens: number}} Usage
 *    what an answer used of a language model; cached_tokens are a part of input_tokens */
/** @typedef {{message_id: string, role: "user" | "assistant", content: string, created_at: string,
 *             citations?: Citation[], usage?: Usage | null, feedback?: {rating: 1 | -1, reason?: string | null}}} Message */
/** @typedef {{id: string, question: string, choices: string[], expires_at: string}} Input
 *    what the agent asks before it can go on; choices: to choose from, any other text is an answer too */
/** @typedef {{chat_id: string, status: "thinking" | "answered" | "needs_input" | "failed" | "cancelled", messages: Message[],
 *   turn: {phase: "queued" | "running" | "done", asked_at: string, started_at: string | null,
 *          ended_at: string | null, deadline: string, progress: {at: string, text: string}[],
 *          draft: string | null, error: {code: string, message: string} | null, usage?: Usage | null,
 *          cancel_reason?: string | null, input?: Input | null},
 *   after: string, before: string | null, poll_after_ms: number | null, wait?: number | null}} Page the body of a poll */
/** @typedef {{timeoutMs?: number, outageMs?: number, signal?: AbortSignal}} WatchOptions
 *    timeoutMs: give up after this time (90 s), after a last look; outageMs: after polls failed for this time in a row (60 s) */

/**
 * The state of a turn.
 * @typedef {{status: Page["status"], phase: Page["turn"]["phase"], steps: {at: string, text: string}[],
 *            draft: string | null, error: {code: string, message: string} | null, usage: Usage | null,
 *            cancelReason: string | null, input: Input | null, messages: Message[], after: string, elapsedMs: number,
 *            outage: import("./chat-errors.js").AsyncChatError | null}} Update
 *    cancelReason: why the service's operator stopped the turn; messages: all seen so far, oldest first; after: the cursor behind
 *    them; elapsedMs: since the question, by the service's clock;
 *    outage: the error of the latest poll, while polls fail
 */

export class Turn {
  #http;
  #after;
  #hintMs;

  /**
   * @param {import("./chat-http.js").Http} http
   * @param {string} chatId
   * @param {{after?: string, hintMs?: number}} [from] the cursor of the last page seen; the wait before the first poll
   */
  constructor(http, chatId, { after, hintMs = 0 } = {}) {
    this.#http = http;
    this.#after = after;
    this.#hintMs = hintMs;
    this.chatId = chatId;
  }

  /**
   * The turn's updates; the last one holds its end. Throws StillThinking, Unreachable, or at
   * once a ServiceError that is not worth a retry.
   * @param {WatchOptions} [options] @returns {AsyncGenerator<Update, void>}
   */
  async *updates({ timeoutMs = 90_000, outageMs = 60_000, signal } = {}) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new StillThinking(timeoutMs)), timeoutMs);
    const options = { after: this.#after, firstHintMs: this.#hintMs, outageMs, late: late.signal };
    try {
      yield* watch(this.#http, this.chatId, options, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Wait for the answer. Throws TurnFailed, TurnCancelled, InputNeeded, and the errors of `updates`.
   * @param {WatchOptions} [options] @returns {Promise<Message>}
   */
  async answer(options) {
    /** @type {Update | undefined} */
    let last;
    for await (const update of this.updates(options)) last = update;
    if (last?.status === "failed") throw new TurnFailed(last.error?.message ?? "", last.error?.code ?? "");
    if (last?.status === "cancelled") throw new TurnCancelled(last.cancelReason);
    if (last?.input) throw new InputNeeded(last.input);
    return last?.messages.findLast(isAnswer) ?? this.#newest(options?.signal);
  }

  /**
   * Stop the turn; an ended one stays as it is. Its updates end at once, in every tab of this browser.
   * @returns {Promise<Page["status"]>} the turn's status afterwards
   */
  async cancel() {
    const reply = await this.#http.sendRepeatedly("POST", pathOf`chats/${this.chatId}/cancel`, { reads: isEnding });
    const { status } = /** @type {import("./chat-http.js").Reply} */ (reply).body;
    const tabs = new SharedPolling(nameOf(this.#http, this.chatId), () => {});
    tabs.tell({ cancelled: status });
    tabs.close();
    return status;
  }

  /**
   * Run a failed or cancelled turn again: a new turn for the same question. Throws NothingToRetry, ChatBusy.
   * @returns {Promise<Turn>}
   */
  async retry() {
    /** @param {any} error */
    const wasHeard = (error) => ["chat_busy", "nothing_to_retry"].includes(error.code);
    const reply = await this.#http.sendRepeatedly("POST", pathOf`chats/${this.chatId}/retry`, { reads: isAccepted }, wasHeard);
    return new Turn(this.#http, this.chatId, { after: this.#after, hintMs: reply ? retryAfterOf(reply) : 0 });
  }

  /** For a watch that began after the answer. @param {AbortSignal} [signal] @returns {Promise<Message>} */
  async #newest(signal) {
    const query = { chat_id: this.chatId, limit: 1 };
    return (await this.#http.send("GET", "chats/messages", { query, reads: isPage, signal })).body.messages[0];
  }
}

/** @param {Message} message */
const isAnswer = (message) => message.role === "assistant";
