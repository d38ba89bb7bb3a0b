/**
 * Async Chat in the browser, or in Node 22 and later. No dependencies.
 *
 *     import { ChatClient } from "./chat-client.js";
 *     const chat = new ChatClient({ baseUrl: "https://api.example.com", token: () => session.accessToken });
 *     const turn = await chat.ask("Where did I park?");
 *     for await (const update of turn.updates()) show(update.steps, update.draft);
 *     const answer = await turn.answer();
 */

import { Http, retryAfterOf } from "./chat-http.js";
import { Turn } from "./chat-turn.js";

export * from "./chat-errors.js";
export { Turn } from "./chat-turn.js";

/** @typedef {{chat_id: string, title: string, status: "thinking" | "answered" | "failed" | "cancelled",
 *   last_message: {message_id: string, role: "user" | "assistant", content: string, created_at: string},
 *   unread: boolean}} Chat */
/** @typedef {{memory_id: string, text: string, occurred_at: string, tags: string[]}} Memory */
/** @typedef {{text: string, occurred_at?: string, tags?: string[]}} NewMemory */
/** @typedef {{cursor?: string | null, limit?: number, signal?: AbortSignal}} PageOptions
 *    cursor: `next` of the page before */

export class ChatClient {
  #http;

  /**
   * @param {{baseUrl?: string, token?: string | (() => string | Promise<string>), fetch?: typeof globalThis.fetch,
   *          callTimeoutMs?: number, repeatMs?: number}} [options]
   *   baseUrl: the workspace's API; token: an access token, or what gives the one of the moment;
   *   callTimeoutMs: for one call (15 s); repeatMs: for how long a broken call is repeated (30 s)
   */
  constructor({
    baseUrl = "./",
    token = "",
    fetch = (...call) => globalThis.fetch(...call),
    callTimeoutMs = 15_000,
    repeatMs = 30_000,
  } = {}) {
    this.#http = new Http({ baseUrl, token, fetch, callTimeoutMs, repeatMs });
  }

  /**
   * Ask, in a new chat or in the one named. A broken call is repeated under one Idempotency-Key: it asks once.
   * Throws QuestionMissing, QuestionTooLong, ChatBusy, TooManyTurns, ChatForbidden, ChatNotFound, Unauthorized, …
   * @param {string} question
   * @param {{chatId?: string, after?: string, idempotencyKey?: string, signal?: AbortSignal}} [options]
   *   after: the cursor of a page already seen, so that the watch begins there
   * @returns {Promise<Turn>}
   */
  async ask(question, { chatId, after, idempotencyKey = newKey(), signal } = {}) {
    const reply = await this.#http.sendRepeatedly("POST", "memories/chat", {
      body: { question, chat_id: chatId },
      headers: { "Idempotency-Key": idempotencyKey },
      signal,
    });
    const { body } = /** @type {import("./chat-http.js").Reply} */ (reply);
    return new Turn(this.#http, body.chat_id, { after, hintMs: retryAfterOf(/** @type {any} */ (reply)) });
  }

  /**
   * The chat's latest turn, to watch it again: after a reload, or in another tab.
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
    return this.#get("chats/messages", { chat_id: chatId, before, after, limit }, signal);
  }

  /**
   * A page of chats, newest activity first.
   * @param {PageOptions} [options] @returns {Promise<{chats: Chat[], next: string | null}>}
   */
  async chats({ cursor, limit, signal } = {}) {
    return this.#get("chats", { cursor, limit }, signal);
  }

  /** Mark the chat as read up to its newest message. @param {string} chatId */
  async markRead(chatId) {
    await this.#http.sendRepeatedly("POST", `chats/${chatId}/read`);
  }

  /** Delete the chat and all its messages, for good. @param {string} chatId */
  async deleteChat(chatId) {
    await this.#http.sendRepeatedly("DELETE", `chats/${chatId}`, {}, hasCode("chat_not_found"));
  }

  /**
   * Remember one or up to 100 texts. Not repeated when the answer is lost: it would remember twice.
   * @param {string | NewMemory | NewMemory[]} memory @returns {Promise<string[]>} the new ids
   */
  async remember(memory) {
    const body = Array.isArray(memory) ? { memories: memory } : typeof memory === "string" ? { text: memory } : memory;
    return (await this.#http.send("POST", "memories", { body })).body.memory_ids;
  }

  /**
   * A page of memories, newest first; with `search`, those that match it, best first.
   * @param {PageOptions & {search?: string}} [options]
   * @returns {Promise<{memories: Memory[], next: string | null}>}
   */
  async memories({ search, cursor, limit, signal } = {}) {
    return this.#get("memories", { q: search, cursor, limit }, signal);
  }

  /** Forget a memory. @param {string} memoryId */
  async forget(memoryId) {
    await this.#http.sendRepeatedly("DELETE", `memories/${memoryId}`, {}, hasCode("memory_not_found"));
  }

  /** @param {string} path @param {Record<string, any>} query @param {AbortSignal} [signal] */
  async #get(path, query, signal) {
    const reply = await this.#http.sendRepeatedly("GET", path, { query, signal });
    return /** @type {import("./chat-http.js").Reply} */ (reply).body;
  }
}

/** Unguessable, and there on pages without https too. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** @param {string} code @returns {(error: any) => boolean} */
const hasCode = (code) => (error) => error.code === code;
