/**
 * Async Chat in browsers, Node, Deno and React Native. No dependencies.
 *
 *     import { ChatClient } from "async-chat";
 *     const chat = new ChatClient({ baseUrl: "https://api.example.com", token: () => session.accessToken });
 *     const turn = await chat.ask("Where did I park?");
 *     for await (const update of turn.updates()) show(update.steps, update.draft);
 *     const answer = await turn.answer();
 */

import { Http, pathOf, retryAfterOf } from "./chat-http.js";
import { isAccepted, isListOf, isPage, isStored } from "./chat-replies.js";
import { Turn } from "./chat-turn.js";

export * from "./chat-errors.js";
export { Turn } from "./chat-turn.js";

/** @typedef {{chat_id: string, title: string, status: "thinking" | "answered" | "needs_input" | "failed" | "cancelled",
 *   last_message: {message_id: string, role: "user" | "assistant", content: string, created_at: string},
 *   unread: boolean}} Chat */
/** @typedef {{memory_id: string, text: string, occurred_at: string, tags: string[], day?: string | null,
 *   time_zone?: string | null}} Memory
 *   day: of a memory without a time, in every zone; time_zone: the zone whose day it happened on */
/** @typedef {{text: string, occurred_at?: string, tags?: string[], time_zone?: string}} NewMemory
 *   occurred_at: RFC 3339, or a day as in 2026-08-05 */
/** @typedef {{cursor?: string | null, limit?: number, signal?: AbortSignal}} PageOptions
 *    cursor: `next` of the page before */

export class ChatClient {
  #http;
  #timeZone;

  /**
   * @param {{baseUrl?: string, token?: string | (() => string | Promise<string>), fetch?: typeof globalThis.fetch,
   *          callTimeoutMs?: number, repeatMs?: number, timeZone?: string, hold?: boolean}} [options]
   *   baseUrl: the workspace's API; token: an access token, or a function that returns one;
   *   callTimeoutMs: for one call (15 s); repeatMs: for how long a failed call is repeated (30 s); timeZone: the IANA name of
   *   the person's zone, by default the browser's; hold: whether polls may be held until there is news
   */
  constructor({
    baseUrl = "./",
    token = "",
    fetch = (...call) => globalThis.fetch(...call),
    callTimeoutMs = 15_000,
    repeatMs = 30_000,
    timeZone = zoneOfBrowser(),
    hold = true,
  } = {}) {
    this.#timeZone = timeZone;
    this.#http = new Http({ baseUrl, token, fetch, callTimeoutMs, repeatMs, hold });
  }

  /**
   * Ask in a new chat, or in `chatId`. A failed call is repeated under the same Idempotency-Key, so it asks once.
   * Throws QuestionMissing, QuestionTooLong, ChatBusy, TooManyTurns, ChatForbidden, ChatNotFound, Unauthorized, …
   * @param {string} question
   * @param {{chatId?: string, after?: string, answers?: string, idempotencyKey?: string, signal?: AbortSignal}} [options]
   *   after: the cursor of the last page seen; updates hold only newer messages; answers: the id of the agent's question
   * @returns {Promise<Turn>}
   */
  async ask(question, { chatId, after, answers, idempotencyKey = newKey(), signal } = {}) {
    const reply = await this.#http.sendRepeatedly("POST", "memories/chat", {
      body: { question, chat_id: chatId, answers, time_zone: this.#timeZone },
      headers: { "Idempotency-Key": idempotencyKey },
      signal,
      reads: isAccepted,
    });
    const { body } = /** @type {import("./chat-http.js").Reply} */ (reply);
    return new Turn(this.#http, body.chat_id, { after, hintMs: retryAfterOf(/** @type {any} */ (reply)) });
  }

  /**
   * The chat's latest turn, to watch after a reload or in another tab. Sends no request.
   * @param {string} chatId @param {{after?: string}} [options]
   */
  resume(chatId, { after } = {}) {
    return new Turn(this.#http, chatId, { after });
  }

  /**
   * A page of messages, oldest first: the newest, or those before or after a cursor.
   * @param {string} chatId @param {{before?: string, after?: string, limit?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<import("./chat-turn.js").Page>}
   */
  async messages(chatId, { before, after, limit, signal } = {}) {
    return this.#get("chats/messages", { chat_id: chatId, before, after, limit }, isPage, signal);
  }

  /**
   * A page of chats, newest activity first.
   * @param {PageOptions} [options] @returns {Promise<{chats: Chat[], next: string | null}>}
   */
  async chats({ cursor, limit, signal } = {}) {
    return this.#get("chats", { cursor, limit }, isListOf("chats", "chat_id"), signal);
  }

  /** Mark the chat as read up to its newest message. @param {string} chatId */
  async markRead(chatId) {
    await this.#http.sendRepeatedly("POST", pathOf`chats/${chatId}/read`);
  }

  /**
   * Say of an answer whether it was good: 1, or -1. Replaces what was said before.
   * @param {string} chatId @param {string} messageId @param {1 | -1} rating @param {string} [reason]
   */
  async rate(chatId, messageId, rating, reason) {
    await this.#http.sendRepeatedly("PUT", pathOf`chats/${chatId}/messages/${messageId}/feedback`, { body: { rating, reason } });
  }

  /** Delete the chat and its messages permanently. @param {string} chatId */
  async deleteChat(chatId) {
    await this.#http.sendRepeatedly("DELETE", pathOf`chats/${chatId}`, {}, hasCode("chat_not_found"));
  }

  /**
   * Store up to 100 memories. A failed call is repeated under the same Idempotency-Key, so it stores them once.
   * Throws MemoriesFull, MemoryTooLong, …
   * @param {string | NewMemory | NewMemory[]} memory @param {{idempotencyKey?: string, signal?: AbortSignal}} [options]
   * @returns {Promise<string[]>} the new ids
   */
  async remember(memory, { idempotencyKey = newKey(), signal } = {}) {
    const own = (/** @type {string | NewMemory} */ one) => ({
      time_zone: this.#timeZone,
      ...(typeof one === "string" ? { text: one } : one),
    });
    const body = Array.isArray(memory) ? { memories: memory.map(own) } : own(memory);
    const headers = { "Idempotency-Key": idempotencyKey };
    const reply = await this.#http.sendRepeatedly("POST", "memories", { body, headers, signal, reads: isStored });
    return /** @type {import("./chat-http.js").Reply} */ (reply).body.memory_ids;
  }

  /**
   * A page of memories, newest first; with `search`, the matching ones, best first.
   * @param {PageOptions & {search?: string}} [options]
   * @returns {Promise<{memories: Memory[], next: string | null, complete?: boolean}>}
   *   complete: false when a search ended before all memories were searched
   */
  async memories({ search, cursor, limit, signal } = {}) {
    return this.#get("memories", { q: search, cursor, limit, time_zone: search && this.#timeZone }, isListOf("memories", "memory_id"), signal);
  }

  /** @param {string} memoryId */
  async forget(memoryId) {
    await this.#http.sendRepeatedly("DELETE", pathOf`memories/${memoryId}`, {}, hasCode("memory_not_found"));
  }

  /** @param {string} path @param {Record<string, any>} query @param {(body: any) => boolean} reads @param {AbortSignal} [signal] */
  async #get(path, query, reads, signal) {
    const reply = await this.#http.sendRepeatedly("GET", path, { query, reads, signal });
    return /** @type {import("./chat-http.js").Reply} */ (reply).body;
  }
}

/**
 * In Node, the machine's zone says nothing about a person. Nor does UTC, which browsers tell that protect against
 * tracking; one that does not know its zone says Etc/Unknown.
 */
function zoneOfBrowser() {
  const zone = globalThis.document && Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone && !["UTC", "Etc/UTC", "Etc/Unknown"].includes(zone) ? zone : undefined;
}

/** Not crypto.randomUUID, which pages without https lack. React Native has no crypto: a key must be new, not secret. */
export const newKey = () => Array.from(randomParts(), (part) => part.toString(36)).join("-");

const randomParts = () =>
  globalThis.crypto?.getRandomValues(new Uint32Array(4)) ?? Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32));

/** @param {string} code @returns {(error: any) => boolean} */
const hasCode = (code) => (error) => error.code === code;
