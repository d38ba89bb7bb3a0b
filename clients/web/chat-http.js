/** One call of the API: the token, a time limit, problems as errors, and repetition of what may be repeated. */

import { Unreachable, isPassing, problemOf } from "./chat-errors.js";
import { backoff, now, sleep } from "./chat-pace.js";

/** @typedef {{query?: Record<string, string | number | null | undefined>, body?: unknown,
 *             headers?: Record<string, string>, signal?: AbortSignal}} Call */
/** @typedef {{status: number, headers: Headers, body: any}} Reply */

/** A clock is wrong only when it is off by more than the Date header can be. */
const CLOCK_TOLERANCE_MS = 2_000;

export class Http {
  #token;
  #fetch;
  #callTimeoutMs;
  #repeatMs;

  /** How far this machine's clock is behind the service's, as far as the service's Date headers tell. */
  clockSkewMs = 0;

  /**
   * @param {{baseUrl: string, token: string | (() => string | Promise<string>), fetch: typeof globalThis.fetch,
   *          callTimeoutMs: number, repeatMs: number}} options
   */
  constructor({ baseUrl, token, fetch, callTimeoutMs, repeatMs }) {
    this.baseUrl = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, globalThis.location?.href).href;
    this.#token = token;
    this.#fetch = fetch;
    this.#callTimeoutMs = callTimeoutMs;
    this.#repeatMs = repeatMs;
  }

  /**
   * One attempt. Resolves for 2xx and 304; throws a ServiceError, or Unreachable.
   * @param {string} method @param {string} path @param {Call} [call] @returns {Promise<Reply>}
   */
  async send(method, path, { query = {}, body, headers = {}, signal } = {}) {
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
    const reply = await this.#answer(url, sent, signal);
    this.#learnTime(reply.headers.get("Date"));
    if (reply.status < 300 || reply.status === 304) return reply;
    throw problemOf(reply.status, reply.body, retryAfterOf(reply));
  }

  /**
   * Attempts until one succeeds, is refused for good, or the time is up. Only for what may arrive twice.
   * `settledBefore` says, of an error after a lost answer, whether it means that the lost one had succeeded.
   * @param {string} method @param {string} path @param {Call} [call]
   * @param {(error: unknown) => boolean} [settledBefore]
   * @returns {Promise<Reply | null>} null when only `settledBefore` says so
   */
  async sendRepeatedly(method, path, call = {}, settledBefore = () => false) {
    const giveUp = now() + this.#repeatMs;
    for (let failures = 0; ; failures++) {
      try {
        return await this.send(method, path, call);
      } catch (error) {
        if (failures > 0 && settledBefore(error)) return null;
        if (!isPassing(error)) throw error;
        const pause = backoff(failures, /** @type {any} */ (error).retryAfterMs);
        if (now() + pause > giveUp) throw error;
        await sleep(pause, call.signal);
      }
    }
  }

  /** @param {URL} url @param {RequestInit} sent @param {AbortSignal} [signal] @returns {Promise<Reply>} */
  async #answer(url, sent, signal) {
    const tooSlow = AbortSignal.timeout(this.#callTimeoutMs);
    try {
      const answer = await this.#fetch(url, { ...sent, signal: signal ? AbortSignal.any([signal, tooSlow]) : tooSlow });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: answer.ok ? parsed(text) : parsedIfJson(text) };
    } catch (error) {
      signal?.throwIfAborted();
      if (tooSlow.aborted) throw new Unreachable("The service took too long to answer.");
      throw new Unreachable(`The service cannot be reached: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** @param {string | null} date */
  #learnTime(date) {
    const skew = date ? Date.parse(date) + 500 - Date.now() : NaN;
    if (!Number.isNaN(skew)) this.clockSkewMs = Math.abs(skew) > CLOCK_TOLERANCE_MS ? skew : 0;
  }
}

/**
 * Retry-After in milliseconds, where it is a number of seconds as our service writes it.
 * @param {Reply} reply
 */
export function retryAfterOf(reply) {
  const seconds = reply.headers.get("Retry-After");
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** @param {string} text */
const parsed = (text) => (text ? JSON.parse(text) : null);

/** What stands between us and the service answers in formats of its own. @param {string} text */
function parsedIfJson(text) {
  try {
    return parsed(text);
  } catch {
    return null;
  }
}
