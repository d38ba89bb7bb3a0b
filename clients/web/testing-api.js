/** The API's routes in memory. */

import { FakeChat, message, rfc3339 } from "./testing-chat.js";

/** @typedef {{request: Request, user: string, query: URLSearchParams, body: any, id: string, second: string}} Call
 *    id, second: the ids in the path */

/** An error of the contract. */
class Refusal extends Error {
  /** @param {number} status @param {string} code @param {Record<string, string>} [headers] */
  constructor(status, code, headers = {}) {
    super(code);
    Object.assign(this, { status, code });
    this.headers = headers;
  }

  get response() {
    const { status, code, headers } = /** @type {any} */ (this);
    const words = code.replaceAll("_", " ");
    const title = words[0].toUpperCase() + words.slice(1);
    const body = { type: "about:blank", title, status, detail: `This is ${words}.`, code, request_id: "request-1" };
    return json(status, body, { "Content-Type": "application/problem+json", ...headers });
  }
}

/** All users' chats and memories. */
export class FakeApi {
  /** @type {import("./testing-chat.js").ScriptedTurn[]} */
  scripts = [];
  firstSeconds = 0;
  pollAfterMs = 20;
  turnsRun = 0;
  #now;
  #ids = 0;
  /** @type {Map<string, FakeChat>} */
  #chats = new Map();
  /** @type {Map<string, {user: string, memory: any}>} */
  #memories = new Map();
  /** What was told under an Idempotency-Key, and what came of it. @type {Map<string, {told: string, result: any}>} */
  #keys = new Map();
  /** @type {[RegExp, (call: Call) => Response][]} */
  #routes = [
    [/^POST \/memories\/chat$/, (call) => this.#ask(call)],
    [/^GET \/chats\/messages$/, (call) => this.#poll(call)],
    [/^GET \/chats$/, (call) => this.#listChats(call)],
    [/^POST \/chats\/([^/]+)\/retry$/, (call) => this.#retry(call)],
    [/^POST \/chats\/([^/]+)\/cancel$/, (call) => this.#cancel(call)],
    [/^POST \/chats\/([^/]+)\/read$/, (call) => this.#markRead(call)],
    [/^PUT \/chats\/([^/]+)\/messages\/([^/]+)\/feedback$/, (call) => this.#rate(call)],
    [/^DELETE \/chats\/([^/]+)$/, (call) => this.#delete(call)],
    [/^POST \/memories$/, (call) => this.#remember(call)],
    [/^GET \/memories$/, (call) => this.#listMemories(call)],
    [/^DELETE \/memories\/([^/]+)$/, (call) => this.#forget(call)],
  ];

  /** @param {() => number} now */
  constructor(now) {
    this.#now = now;
  }

  /** Answer one request, after ending every turn that is due. @param {Request} request @returns {Promise<Response>} */
  async answer(request) {
    const text = await request.text();
    for (const chat of this.#chats.values()) chat.settle(this.#now(), () => this.#newId());
    let response;
    try {
      response = this.#find(request, text ? JSON.parse(text) : {});
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response = error.response;
    }
    response.headers.set("Date", new Date(this.#now()).toUTCString());
    return response;
  }

  /** @param {Request} request @param {any} body */
  #find(request, body) {
    const url = new URL(request.url);
    const asked = `${request.method} ${url.pathname}`;
    if (asked === "GET /health") return json(200, { status: "ok", version: "0.1.0", workspace: "test" });
    const user = (request.headers.get("Authorization") ?? "").replace("Bearer ", "");
    if (!user || user === "expired") return json(401, { message: "Unauthorized" });
    for (const [pattern, route] of this.#routes) {
      const found = pattern.exec(asked);
      const [id, second] = [1, 2].map((place) => decodeURIComponent(found?.[place] ?? ""));
      if (found) return route({ request, user, query: url.searchParams, body, id, second });
    }
    throw new Refusal(404, "route_not_found");
  }

  /** @param {Call} call */
  #ask(call) {
    return this.#once(call, (replayed) => this.#thinking(replayed.result, { "Idempotency-Replayed": "true" }), () => {
      const question = `${call.body.question ?? ""}`.trim();
      if (!question) throw new Refusal(400, "question_missing");
      const chat = call.body.chat_id ? this.#chat(call.body.chat_id, call.user) : this.#newChat(call.user);
      if (chat.isThinking) throw new Refusal(409, "chat_busy", { "Retry-After": "5" });
      chat.messages.push(message(this.#newId(), "user", question, this.#now()));
      this.#begin(chat);
      return [chat.chatId, this.#thinking(chat.chatId)];
    });
  }

  /** @param {Call} call */
  #retry({ id, user }) {
    const chat = this.#chat(id, user);
    if (chat.isThinking) throw new Refusal(409, "chat_busy", { "Retry-After": "5" });
    if (chat.status === "answered") throw new Refusal(409, "nothing_to_retry");
    this.#begin(chat);
    return this.#thinking(id);
  }

  /** @param {Call} call */
  #poll({ request, query, user }) {
    const chat = this.#chat(query.get("chat_id") ?? "", user);
    const body = page(chat, query, this.#now());
    const hint = chat.isThinking ? this.pollAfterMs : null;
    const headers = {
      ETag: `"${digest(JSON.stringify(body))}"`,
      // Rounded up, except that a test's short hint does not become a second.
      ...(hint === null ? {} : { "Retry-After": `${hint < 1000 ? 0 : Math.ceil(hint / 1000)}` }),
    };
    if (request.headers.get("If-None-Match") === headers.ETag) return new Response(null, { status: 304, headers });
    return json(200, { ...body, poll_after_ms: hint }, headers);
  }

  /** @param {Call} call */
  #listChats(call) {
    const mine = [...this.#chats.values()].filter(({ user }) => user === call.user).map((chat) => chat.summary());
    return listed("chats", mine.sort((one, other) => (one.last_message.message_id < other.last_message.message_id ? 1 : -1)), call);
  }

  /** @param {Call} call */
  #cancel({ id, user }) {
    const chat = this.#chat(id, user);
    chat.cancel(this.#now());
    return json(200, { chat_id: id, status: chat.status });
  }

  /** @param {Call} call */
  #markRead({ id, user }) {
    const chat = this.#chat(id, user);
    chat.readUpTo = chat.messages.at(-1)?.message_id ?? "";
    return new Response(null, { status: 204 });
  }

  /** @param {Call} call */
  #rate({ id, second, user, body }) {
    const rated = this.#chat(id, user).messages.find(({ message_id, role }) => message_id === second && role === "assistant");
    if (!rated) throw new Refusal(404, "answer_not_found");
    rated.feedback = { reason: null, ...body };
    return new Response(null, { status: 204 });
  }

  /** @param {Call} call */
  #delete({ id, user }) {
    this.#chats.delete(this.#chat(id, user).chatId);
    return new Response(null, { status: 204 });
  }

  /** @param {Call} call */
  #remember(call) {
    return this.#once(call, ({ result }) => json(201, { memory_ids: result }, { "Idempotency-Replayed": "true" }), () => {
      const news = call.body.memories ?? [call.body];
      const ids = news.map((/** @type {any} */ one) => {
        const id = this.#newId();
        this.#memories.set(id, { user: call.user, memory: memory(id, one, this.#now()) });
        return id;
      });
      return [ids, json(201, { memory_ids: ids })];
    });
  }

  /** @param {Call} call */
  #listMemories(call) {
    const words = (call.query.get("q") ?? "").toLowerCase();
    const mine = [...this.#memories.values()].reverse().filter(({ user }) => user === call.user).map((kept) => kept.memory);
    return listed("memories", mine.filter(({ text }) => text.toLowerCase().includes(words)), call);
  }

  /** @param {Call} call */
  #forget({ id, user }) {
    if (this.#memories.get(id)?.user !== user) throw new Refusal(404, "memory_not_found");
    this.#memories.delete(id);
    return new Response(null, { status: 204 });
  }

  /**
   * Takes effect once for each Idempotency-Key.
   * @param {Call} call @param {(kept: {told: string, result: any}) => Response} replay @param {() => [any, Response]} act
   */
  #once({ request, user, body }, replay, act) {
    const key = JSON.stringify([request.url, user, request.headers.get("Idempotency-Key") ?? this.#newId()]);
    const told = JSON.stringify(body, (name, value) => (name === "time_zone" ? undefined : value));
    const kept = this.#keys.get(key);
    if (kept && kept.told !== told) throw new Refusal(422, "idempotency_key_reused");
    if (kept) return replay(kept);
    const [result, response] = act();
    this.#keys.set(key, { told, result });
    return response;
  }

  /** @param {string} id @param {string} user */
  #chat(id, user) {
    const chat = this.#chats.get(id);
    if (!chat) throw new Refusal(404, "chat_not_found");
    if (chat.user !== user) throw new Refusal(403, "chat_forbidden");
    return chat;
  }

  /** @param {string} user */
  #newChat(user) {
    const chat = new FakeChat(this.#newId(), user);
    this.#chats.set(chat.chatId, chat);
    return chat;
  }

  /** @param {FakeChat} chat */
  #begin(chat) {
    this.turnsRun++;
    chat.begin(this.scripts.shift() ?? {}, this.#now());
  }

  /** @param {string} chatId @param {Record<string, string>} [headers] */
  #thinking(chatId, headers = {}) {
    return json(200, { chat_id: chatId, status: "thinking" }, { "Retry-After": `${this.firstSeconds}`, ...headers });
  }

  #newId() {
    return `${++this.#ids}`.padStart(26, "0");
  }
}

/** @param {FakeChat} chat @param {URLSearchParams} query @param {number} now */
function page(chat, query, now) {
  const [after, before, limit] = [query.get("after"), query.get("before"), Number(query.get("limit") ?? 50)];
  const found = after
    ? chat.messages.filter(({ message_id }) => message_id > after).slice(0, limit)
    : chat.messages.filter(({ message_id }) => !before || message_id < before).slice(-limit);
  const older = found.length > 0 && !after && found[0] !== chat.messages[0];
  return {
    chat_id: chat.chatId,
    status: chat.status,
    messages: found,
    turn: chat.turn(now),
    after: found.at(-1)?.message_id ?? after,
    before: older ? found[0].message_id : null,
  };
}

/** @param {string} id @param {any} told @param {number} now */
function memory(id, { text, occurred_at, tags = [], time_zone = null }, now) {
  const day = occurred_at && !occurred_at.includes("T") ? occurred_at : null;
  const happened = day ? `${day}T12:00:00.000Z` : (occurred_at ?? rfc3339(now));
  return { memory_id: id, text, occurred_at: happened, tags, day, time_zone: day ? null : time_zone };
}

/** @param {string} name @param {any[]} found @param {Call} call */
function listed(name, found, { query }) {
  const [limit, start] = [Number(query.get("limit") ?? 50), Number(query.get("cursor") ?? 0)];
  return json(200, { [name]: found.slice(start, start + limit), next: start + limit < found.length ? `${start + limit}` : null });
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** Enough to tell two bodies of a test apart. @param {string} text */
function digest(text) {
  let sum = 0n;
  for (const byte of new TextEncoder().encode(text)) sum = (sum * 257n + BigInt(byte)) % 2n ** 64n;
  return sum.toString(16);
}
