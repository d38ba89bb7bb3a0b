/** Calls of the API: token, timeout, problem bodies as errors, retries of idempotent calls. */

import { AsyncChatError, Unreachable, UnreadableReply, isPassing, mayHaveEffect, problemOf } from "./chat-errors.js";
import { backoff, now, sleep } from "./chat-pace.js";

/** @typedef {{query?: Record<string, string | number | null | undefined>, body?: unknown,
 *             headers?: Record<string, string>, signal?: AbortSignal, timeoutMs?: number, reads?: (body: any) => boolean}} Call
 *    timeoutMs: instead of the client's; reads: whether a body is the contract's; without it, the reply has none */
/** @typedef {{status: number, headers: Headers, body: any}} Reply */

/** The Date header has whole seconds and is older by the transfer: a smaller difference is no skew. */
const CLOCK_TOLERANCE_MS = 2_000;

export class Http {
  #token;
  #fetch;
  #callTimeoutMs;
  #repeatMs;

  /** How far this machine's clock is behind the service's, by the Date headers. */
  clockSkewMs = 0;

  /**
   * @param {{baseUrl: string, token: string | (() => string | Promise<string>), fetch: typeof globalThis.fetch,
   *          callTimeoutMs: number, repeatMs: number, hold: boolean}} options
   */
  constructor({ baseUrl, token, fetch, callTimeoutMs, repeatMs, hold }) {
    const url = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, globalThis.location?.href);
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isThisMachine(url.hostname))) {
      throw new TypeError(`${url.origin} is not encrypted: tokens are sent over https only, or to this machine`);
    }
    this.baseUrl = url.href;
    this.hold = hold;
    this.#token = token;
    this.#fetch = fetch;
    this.#callTimeoutMs = callTimeoutMs;
    this.#repeatMs = repeatMs;
  }

  /**
   * One attempt. Resolves for 2xx and 304; throws a ServiceError, or Unreachable.
   * @param {string} method @param {string} path @param {Call} [call] @returns {Promise<Reply>}
   */
  async send(method, path, { query = {}, body, headers = {}, signal, timeoutMs = this.#callTimeoutMs, reads = hasNone } = {}) {
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries(query)) if (value != null) url.searchParams.set(name, `${value}`);
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const sent = {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    const reply = await this.#answer(url, sent, timeoutMs, signal);
    this.#learnTime(reply.headers.get("Date"));
    // 304 only to a conditional request: its reply has no body, and the page before stays.
    if (reply.status === 304 && "If-None-Match" in headers) return reply;
    if (reply.status < 300 && reads(reply.body)) return reply;
    if (reply.status < 400) throw new UnreadableReply();
    throw problemOf(reply.status, reply.body, retryAfterOf(reply));
  }

  /**
   * Retries until an attempt succeeds, is refused for good, or the time is up. Only for idempotent calls.
   * `settledBefore` says whether an error means that an earlier attempt, whose response was lost, had succeeded.
   * @param {string} method @param {string} path @param {Call} [call]
   * @param {(error: unknown) => boolean} [settledBefore]
   * An error carries the call's Idempotency-Key if any attempt may have taken effect.
   * @returns {Promise<Reply | null>} null if `settledBefore` decided
   */
  async sendRepeatedly(method, path, call = {}, settledBefore = () => false) {
    const giveUp = now() + this.#repeatMs;
    let inDoubt = false;
    for (let failures = 0; ; failures++) {
      try {
        return await this.send(method, path, call);
      } catch (error) {
        if (failures > 0 && settledBefore(error)) return null;
        inDoubt ||= mayHaveEffect(error);
        if (inDoubt && error instanceof AsyncChatError) error.idempotencyKey = call.headers?.["Idempotency-Key"];
        if (!isPassing(error)) throw error;
        const pause = backoff(failures, /** @type {any} */ (error).retryAfterMs);
        if (now() + pause > giveUp) throw error;
        await sleep(pause, call.signal);
      }
    }
  }

  /** @param {URL} url @param {RequestInit} sent @param {number} timeoutMs @param {AbortSignal} [signal] @returns {Promise<Reply>} */
  async #answer(url, sent, timeoutMs, signal) {
    const tooSlow = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await this.#fetch(url, { ...sent, signal: signal ? AbortSignal.any([signal, tooSlow]) : tooSlow });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: answer.ok ? parsed(text) : parsedIfJson(text) };
    } catch (error) {
      signal?.throwIfAborted();
      if (tooSlow.aborted) throw new Unreachable("The service did not answer in time.");
      throw new Unreachable("The service cannot be reached.", { cause: error });
    }
  }

  /** @param {string | null} date */
  #learnTime(date) {
    const skew = date ? Date.parse(date) + 500 - Date.now() : NaN;
    if (!Number.isNaN(skew)) this.clockSkewMs = Math.abs(skew) > CLOCK_TOLERANCE_MS ? skew : 0;
  }
}

/**
 * Retry-After in milliseconds. Only the form in seconds, which the service uses.
 * @param {Reply} reply
 */
export function retryAfterOf(reply) {
  const seconds = reply.headers.get("Retry-After");
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/**
 * A path with ids in it, each as one segment: pathOf`chats/${chatId}/read`. Throws TypeError for what cannot be an id.
 * @param {TemplateStringsArray} fixed @param {...string} ids
 */
export function pathOf(fixed, ...ids) {
  return String.raw({ raw: fixed }, ...ids.map(segment));
}

/** A URL reads "." and ".." as other places, and an empty segment leads to the list. @param {unknown} id */
function segment(id) {
  if (typeof id !== "string" || ["", ".", ".."].includes(id) || !id.isWellFormed()) throw new TypeError(`not an id: ${JSON.stringify(id)}`);
  return encodeURIComponent(id);
}

/** @param {string} host */
const isThisMachine = (host) => /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(host);

/** @param {unknown} body */
const hasNone = (body) => body === null;

/** @param {string} text */
const parsed = (text) => (text ? JSON.parse(text) : null);

/** Proxies and gateways answer in other formats. @param {string} text */
function parsedIfJson(text) {
  try {
    return parsed(text);
  } catch {
    return null;
  }
}
