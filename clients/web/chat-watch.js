/** Watching a turn: turns polls, by this tab or another, into updates. */

import { AsyncChatError, Unreachable, isPassing } from "./chat-errors.js";
import { retryAfterOf } from "./chat-http.js";
import { backoff, hidden, jittered, now, sleep, untilNextPoll } from "./chat-pace.js";
import { isPage } from "./chat-replies.js";
import { SharedPolling } from "./chat-tabs.js";

/** @typedef {import("./chat-http.js").Http} Http */
/** @typedef {import("./chat-turn.js").Page} Page */
/** @typedef {import("./chat-turn.js").Message} Message */
/** @typedef {import("./chat-turn.js").Update} Update */
/** @typedef {{page?: Page, heard?: Page, stopped?: true, outage?: AsyncChatError | null, error?: unknown}} News
 *    a page that this tab polled; one that another tab polled; the turn was stopped; the error of the latest poll, or null; the
 *    error that ends the watch */
/** @typedef {Page & {outage?: string, cancelled?: undefined} | {cancelled: Page["status"]}} Told what tabs tell each other: the
 *    latest page, and why no newer one comes; or the turn's status after a cancellation */

/** The chat's name among tabs. @param {Http} http @param {string} chatId */
export const nameOf = (http, chatId) => `async-chat ${http.baseUrl} ${chatId}`;

/**
 * @param {Http} http @param {string} chatId
 * @param {{after?: string, firstHintMs?: number, outageMs: number, late: AbortSignal}} options
 *   late: its reason is thrown after a last look
 * @param {AbortSignal} [signal] its reason is thrown at once
 * @returns {AsyncGenerator<Update, void>}
 */
export async function* watch(http, chatId, { after, firstHintMs = 0, outageMs, late }, signal) {
  const began = Date.now();
  const news = new Inbox();
  const left = new AbortController();
  const stop = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  late.addEventListener("abort", lookAgain, { signal: left.signal });
  stop.addEventListener("abort", () => news.put({ error: stop.reason }));
  const shared = new SharedPolling(nameOf(http, chatId), hear);
  const poller = new Poller(http, chatId, after, outageMs);
  const view = new View(http);
  /** @type {Page | undefined} */
  let latest;
  let offline = false;
  /** Aborted when the next poll is due at once. */
  let hurry = new AbortController();
  start();
  try {
    for await (const item of news) {
      if (item.error) throw item.error;
      if (item.heard) poller.skipTo((latest = item.heard).after);
      if (!view.take(item)) continue;
      yield view.update();
      if (view.ended) return;
    }
  } finally {
    left.abort();
    shared.close();
  }

  /** @param {Told} told */
  function hear(told) {
    if (told.cancelled === undefined) news.put(heardOf(told));
    else if (told.cancelled === "cancelled") news.put({ stopped: true });
    else hurry.abort();
  }

  /** A machine that has slept wakes to its timers first, and the answer may have been ready for long. */
  async function lookAgain() {
    try {
      if (Date.now() - began >= firstHintMs) news.put(await poller.poll(stop));
    } catch (error) {
      return news.put({ error });
    }
    news.put({ error: late.reason });
  }

  /** Every tab does its first poll itself: from there on the leader's pages are complete. */
  async function start() {
    try {
      await sleep(jittered(firstHintMs), stop, hurry.signal);
      hurry = new AbortController();
      const first = await poller.poll(stop);
      news.put(first);
      latest ??= first.page;
      if (!isEnd(first.page)) await shared.lead(poll, stop);
    } catch (error) {
      news.put({ error });
    }
  }

  /** @param {AbortSignal} lead */
  async function poll(lead) {
    try {
      for (let item; !isEnd(item?.page); ) {
        await untilNextPoll(poller.pauseMs, lead, hurry.signal);
        hurry = new AbortController();
        item = await poller.next(lead, hurry.signal);
        news.put(item);
        latest = item.page ?? latest;
        if (latest && (item.page || item.outage || offline)) shared.tell({ ...latest, outage: item.outage?.message });
        offline = Boolean(item.outage);
      }
    } catch (error) {
      lead.throwIfAborted();
      news.put({ error });
    }
  }
}

/** @param {Page & {outage?: string}} told @returns {News} */
function heardOf({ outage, ...page }) {
  return { heard: page, outage: outage ? new Unreachable(outage) : null };
}

/** The turn has ended, and all messages up to its end were read. @param {Page | null | undefined} page */
const isEnd = (page) => page != null && page.status !== "thinking" && page.poll_after_ms === null;

const UNHINTED_MS = 1_000;
/** For how many seconds a poll may be held: the longest that the service takes. */
const LONGEST_WAIT = 20;
/** Held polls begin no closer to each other, whatever is answered. */
const APART_MS = 250;
/** After a held poll that failed, polls are plain for so long. */
const PLAIN_MS = 30_000;
/** The service's own refusals of a held poll; anything else may be of held polls only. */
const REFUSALS = ["unauthorized", "chat_forbidden", "chat_not_found"];

/** Polls one chat with a cursor and an ETag. A poll is held, if the service says so, until there is news. */
class Poller {
  #http;
  #chatId;
  #after;
  #outageMs;
  #etag = "";
  #failures = 0;
  #failingSince = 0;
  #hintMs = 0;
  /** The seconds for which the next poll is held; 0 for a plain one. */
  #wait = 0;
  /** The service knows held polls. */
  #canHold = false;
  #plainUntil = 0;

  /** The wait before the next poll. */
  pauseMs = 0;

  /** @param {Http} http @param {string} chatId @param {string | undefined} after @param {number} outageMs */
  constructor(http, chatId, after, outageMs) {
    this.#http = http;
    this.#chatId = chatId;
    this.#after = after;
    this.#outageMs = outageMs;
  }

  /** Another tab has read up to here. @param {string} after */
  skipTo(after) {
    if (after !== this.#after) this.#etag = "";
    this.#after = after;
    this.#wait = 0;
  }

  /**
   * A held poll where the service has asked for one, else a plain one. A hidden page holds none; becoming hidden or offline
   * ends a held poll, as does `hurry`.
   * @param {AbortSignal} signal @param {AbortSignal} hurry @returns {Promise<News>}
   */
  async next(signal, hurry) {
    const wait = this.#wait;
    if (!wait || hidden()) return this.poll(signal);
    const began = now();
    const cut = new AbortController();
    const abort = () => cut.abort();
    const own = { signal: cut.signal };
    globalThis.document?.addEventListener("visibilitychange", abort, own);
    globalThis.addEventListener?.("offline", abort, own);
    hurry.addEventListener("abort", abort, own);
    try {
      const news = await this.#send("chats/messages/held", AbortSignal.any([signal, cut.signal]), wait, (wait + 5) * 1_000);
      this.pauseMs = Math.max(this.pauseMs, began + APART_MS - now());
      return news;
    } catch (error) {
      signal.throwIfAborted();
      if (REFUSALS.includes(/** @type {any} */ (error).code)) throw error;
      if (!cut.signal.aborted) this.#plainUntil = now() + PLAIN_MS;
      this.#wait = this.pauseMs = 0;
      return {};
    } finally {
      abort();
    }
  }

  /** A plain poll. Throws an error that is not worth a retry. @param {AbortSignal} signal @returns {Promise<News>} */
  async poll(signal) {
    try {
      return await this.#send("chats/messages", signal, this.#http.hold && now() >= this.#plainUntil ? LONGEST_WAIT : null);
    } catch (error) {
      if (!isPassing(error)) throw error;
      return this.#failed(/** @type {AsyncChatError} */ (error));
    }
  }

  /**
   * @param {string} path @param {AbortSignal} signal @param {number | null} wait @param {number} [timeoutMs]
   * @returns {Promise<News>}
   */
  async #send(path, signal, wait, timeoutMs) {
    const reply = await this.#http.send("GET", path, {
      query: { chat_id: this.#chatId, after: this.#after, wait },
      reads: isPage,
      headers: this.#etag ? { "If-None-Match": this.#etag } : {},
      signal,
      timeoutMs,
    });
    this.#failures = 0;
    return reply.status === 304 ? this.#unchanged(reply, wait) : this.#changed(reply);
  }

  /** @param {import("./chat-http.js").Reply} reply @param {number | null} wait @returns {News} */
  #unchanged(reply, wait) {
    const again = retryAfterOf(reply);
    const held = again === 0 && wait !== null && this.#canHold;
    this.#wait = held ? this.#wait || LONGEST_WAIT : 0;
    return this.#answered(held ? 0 : again || this.#hintMs);
  }

  /** @param {import("./chat-http.js").Reply} reply @returns {News} */
  #changed(reply) {
    const page = reply.body;
    // An ETag belongs to one URL, and the cursor is part of the URL.
    this.#etag = page.after === this.#after ? (reply.headers.get("ETag") ?? "") : "";
    this.#after = page.after;
    this.#wait = page.wait >= 1 && page.wait <= LONGEST_WAIT ? page.wait : 0;
    this.#canHold ||= page.wait !== undefined;
    // Hint 0 means that more messages wait. Without messages it would make a tight loop.
    return { page, ...this.#answered(page.poll_after_ms || (page.messages.length || this.#wait ? 0 : UNHINTED_MS)) };
  }

  /** @param {number} hintMs @returns {News} */
  #answered(hintMs) {
    this.#hintMs = hintMs;
    this.pauseMs = jittered(hintMs);
    return { outage: null };
  }

  /** @param {any} error @returns {News} */
  #failed(error) {
    if (this.#failures === 0) this.#failingSince = now();
    if (now() - this.#failingSince >= this.#outageMs) throw error;
    this.pauseMs = backoff(this.#failures++, error.retryAfterMs);
    return { outage: error };
  }
}

/** What a poll would show of a turn that was stopped. @param {Page | null} page the latest one @returns {any} */
function stoppedAs(page) {
  const turn = page?.turn ?? { asked_at: new Date(), progress: [], error: null };
  return { messages: [], ...page, status: "cancelled", turn: { ...turn, phase: "done", draft: null }, poll_after_ms: null };
}

/** Merges pages into the state of the turn. */
class View {
  #http;
  /** @type {Page | null} */
  #page = null;
  /** @type {Message[]} */
  #messages = [];
  /** @type {AsyncChatError | null} */
  #outage = null;

  /** @param {Http} http */
  constructor(http) {
    this.#http = http;
  }

  get ended() {
    return isEnd(this.#page);
  }

  /** Returns whether the state changed. @param {News} news */
  take({ page, heard, stopped, outage = null }) {
    if (stopped) page = stoppedAs(this.#page);
    const recovered = this.#outage !== outage;
    this.#outage = outage;
    // Another tab may still broadcast the previous turn.
    const seen = page ?? (heard && this.#page && heard.turn.asked_at >= this.#page.turn.asked_at ? heard : undefined);
    if (!seen) return recovered && this.#page !== null;
    this.#page = seen;
    const known = new Set(this.#messages.map((message) => message.message_id));
    this.#messages.push(...seen.messages.filter((message) => !known.has(message.message_id)));
    return true;
  }

  /** @returns {Update} */
  update() {
    const { status, turn, after } = /** @type {Page} */ (this.#page);
    return {
      status,
      phase: turn.phase,
      steps: turn.progress,
      draft: turn.draft,
      error: turn.error,
      usage: turn.usage ?? null,
      cancelReason: turn.cancel_reason ?? null,
      input: turn.input ?? null,
      messages: [...this.#messages],
      after,
      elapsedMs: Math.max(0, Date.now() + this.#http.clockSkewMs - Date.parse(turn.asked_at)),
      outage: this.#outage,
    };
  }
}

/** A queue between the pollers and the generator. */
class Inbox {
  /** @type {News[]} */
  #items = [];
  #wake = () => {};

  /** @param {News} item */
  put(item) {
    this.#items.push(item);
    this.#wake();
  }

  /** @returns {AsyncGenerator<News, never>} */
  async *[Symbol.asyncIterator]() {
    while (true) {
      for (let item; (item = this.#items.shift()); ) yield item;
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
  }
}
