/** A fake service over HTTP, with faults that a test injects. */

import { createServer } from "node:http";

const HINT_MS = 20;

/** @typedef {(reply: import("node:http").ServerResponse, honest: () => void) => void} Fault */

/** Each fault gets the response and the handler of a correct service. @type {Record<string, any>} */
export const faults = {
  /** @returns {Fault} cut the connection before the request takes effect */
  cutBefore: () => (reply) => reply.destroy(),
  /** @returns {Fault} cut the connection after the request took effect */
  cutAfter: () => (reply, honest) => (honest.silently(), reply.destroy()),
  /** @returns {Fault} never answer */
  hang: () => () => {},
  /** @param {number} ms @returns {Fault} */
  slow: (ms) => (_reply, honest) => setTimeout(honest, ms),
  /** @param {number} status @param {object} [body] @param {object} [headers] @returns {Fault} */
  status: (status, body = { message: "no" }, headers = {}) => (reply) => send(reply, status, body, headers),
  /** @returns {Fault} a captive portal's page */
  page: () => (reply) => reply.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Welcome</h1>"),
};

export const problem = (status, code, headers = {}) =>
  faults.status(status, { type: "about:blank", title: code, status, detail: `about ${code}`, code, request_id: "r-1" }, headers);

export class MisbehavingService {
  /** Every request: {method, path, query, headers, body, at}. */
  requests = [];
  hintMs = HINT_MS;
  clockOffMs = 0;
  /** The `wait` that polls are told, in seconds; 0: this service knows no held polls. */
  holds = 0;
  /** A held poll is answered after this time, or when the script is changed. */
  heldMs = HINT_MS;
  /** The held polls that wait for their answer. @type {Set<() => void>} */
  held = new Set();
  retries = 0;
  #faults = [];
  #chat = null;
  #keys = new Map();
  #server = createServer((request, reply) => this.#receive(request, reply));

  static async start() {
    const service = new MisbehavingService();
    await new Promise((resolve) => service.#server.listen(0, "127.0.0.1", resolve));
    service.url = `http://127.0.0.1:${service.#server.address().port}/stage`;
    return service;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Inject these faults into the next requests of this method and path, one each. */
  willFail(route, ...someFaults) {
    this.#faults.push(...someFaults.map((fault) => ({ route, fault })));
  }

  /** Script the turn: one part of the body for each poll; the last one stays. */
  willThink(...script) {
    this.script = script;
    for (const answer of this.held) answer();
  }

  /** The answer is there before the next request. */
  willAnswer() {
    this.willThink({ status: "answered" });
  }

  /** The turn takes this long, however often it is polled. */
  willThinkFor(ms) {
    this.willThink({});
    setTimeout(() => this.willAnswer(), ms);
  }

  get polls() {
    return this.requests.filter((request) => request.path === "/chats/messages");
  }

  get heldPolls() {
    return this.requests.filter((request) => request.path === "/chats/messages/held");
  }

  get asks() {
    return this.requests.filter((request) => request.path === "/memories/chat");
  }

  /** The number of stored questions. */
  get questions() {
    return this.#chat?.messages.filter((message) => message.role === "user").length ?? 0;
  }

  async #receive(request, reply) {
    const url = new URL(request.url, "http://service");
    const seen = { method: request.method, path: url.pathname.replace("/stage", ""), query: url.searchParams };
    let text = "";
    for await (const part of request) text += part;
    this.requests.push({ ...seen, headers: request.headers, body: text ? JSON.parse(text) : null, at: performance.now() });
    const wanted = this.#faults.findIndex(({ route }) => route === `${seen.method} ${seen.path}`);
    const honest = (to = reply) => this.#answer(this.requests.at(-1), to);
    honest.silently = () => honest(UNSENT);
    if (wanted < 0) return honest();
    this.#faults.splice(wanted, 1)[0].fault(reply, honest);
  }

  #answer(request, reply) {
    const route = `${request.method} ${request.path}`;
    if (this.clockOffMs) reply.setHeader("Date", new Date(Date.now() + this.clockOffMs).toUTCString());
    if (route === "POST /memories/chat") return this.#ask(request, reply);
    if (route === "GET /chats/messages") return this.#poll(request, reply);
    if (route === "GET /chats/messages/held" && this.holds) return this.#hold(request, reply);
    if (route.endsWith("/cancel")) return this.#cancel(reply);
    if (route.endsWith("/retry")) return this.#retry(reply);
    if (request.method === "DELETE") return this.#delete(reply);
    if (route === "GET /memories") return send(reply, 200, { memories: [], next: null });
    if (route === "POST /memories") return send(reply, 201, { memory_ids: ["01M"] });
    send(reply, 404, { code: "route_not_found", detail: "nothing here" });
  }

  #ask({ body, headers }, reply) {
    const key = headers["idempotency-key"];
    const replayed = this.#keys.has(key);
    if (!replayed) {
      this.#keys.set(key, true);
      this.#chat ??= { messages: [], polls: 0 };
      this.#say("user", body.question);
      this.#begin();
    }
    send(reply, 200, { chat_id: "01CHAT", status: "thinking" }, { "Retry-After": "0", ...(replayed ? { "Idempotency-Replayed": "true" } : {}) });
  }

  #begin() {
    Object.assign(this.#chat, { polls: 0, askedAt: new Date(Date.now() + this.clockOffMs) });
  }

  #hold(request, reply) {
    const answer = () => {
      clearTimeout(timer);
      if (this.held.delete(answer)) this.#poll(request, reply);
    };
    const timer = setTimeout(answer, this.heldMs);
    this.held.add(answer);
    reply.on("close", () => {
      clearTimeout(timer);
      this.held.delete(answer);
    });
  }

  #poll({ query, headers }, reply) {
    const now = this.script[Math.min(this.#chat.polls++, this.script.length - 1)];
    if (now.status === "answered" && this.#chat.messages.at(-1).role === "user") this.#say("assistant", "Level 3, bay 12.");
    const after = query.get("after") ?? "";
    const body = {
      chat_id: "01CHAT",
      status: now.status ?? "thinking",
      messages: this.#chat.messages.filter((message) => message.message_id > after).slice(-(query.get("limit") ?? 50)),
      turn: this.#turn(now),
      after: this.#chat.messages.at(-1).message_id,
      before: null,
      poll_after_ms: (now.status ?? "thinking") === "thinking" ? (now.hintMs ?? this.hintMs) : null,
    };
    const thinking = body.poll_after_ms !== null;
    if (this.holds && query.has("wait")) Object.assign(body, { poll_after_ms: thinking ? 0 : null, wait: thinking ? this.holds : null });
    const etag = `"${JSON.stringify([body.status, body.messages.length, body.turn.progress, body.turn.draft])}"`;
    if (headers["if-none-match"] === etag) return send(reply, 304, null, { ETag: etag, "Retry-After": "0" });
    send(reply, 200, body, { ETag: etag });
  }

  #turn({ phase = "running", steps = [], draft = null, error = null, usage = undefined, reason, input = null, status }) {
    const at = this.#chat.askedAt.toISOString();
    const progress = steps.map((text) => ({ at, text }));
    const ended = status ? { phase: "done", ended_at: at } : { phase, ended_at: null };
    return { ...ended, asked_at: at, started_at: at, deadline: at, progress, draft, error, usage, cancel_reason: reason, input };
  }

  #cancel(reply) {
    const { status } = this.script.at(-1);
    if (!status) this.willThink({ status: "cancelled" });
    send(reply, 200, { chat_id: "01CHAT", status: status ?? "cancelled" });
  }

  #retry(reply) {
    if (this.retries++) return problem(409, "chat_busy")(reply);
    this.willThink({}, { status: "answered" });
    this.#begin();
    send(reply, 200, { chat_id: "01CHAT", status: "thinking" }, { "Retry-After": "0" });
  }

  #delete(reply) {
    if (this.deleted) return problem(404, "chat_not_found")(reply);
    this.deleted = true;
    send(reply, 204, null);
  }

  #say(role, content) {
    const message_id = `01M${String(this.#chat.messages.length).padStart(5, "0")}`;
    this.#chat.messages.push({ message_id, role, content, created_at: new Date().toISOString(), citations: [] });
  }
}

/** A response that is not sent. */
const UNSENT = { setHeader: () => {}, writeHead: () => UNSENT, end: () => UNSENT };

function send(reply, status, body, headers = {}) {
  reply.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body === null ? undefined : JSON.stringify(body));
}
