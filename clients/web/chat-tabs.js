/**
 * One poller per chat across the tabs of a browser: a tab leads and polls, the others hear what it learns.
 *
 * Web Locks choose the leader. A tab that comes into sight takes the lead, since hidden tabs poll slowly; when the
 * leader is closed, the browser hands its lock to the next one. Where there are no locks, everybody leads.
 */

import { hidden, whenSeen } from "./chat-pace.js";

export class SharedPolling {
  #name;
  #channel;

  /**
   * @param {string} name what is polled, the same in every tab
   * @param {(page: any) => void} hear is given each page that another tab has polled
   */
  constructor(name, hear) {
    this.#name = name;
    if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (event) => hear(event.data);
  }

  /** Tell the other tabs. @param {object} page */
  tell(page) {
    this.#channel?.postMessage(page);
  }

  close() {
    this.#channel?.close();
  }

  /**
   * Runs `poll` whenever this tab has the lead, until one run has come to its own end, or `signal` aborts.
   * @param {(lead: AbortSignal) => Promise<void>} poll has to stop when its signal aborts
   * @param {AbortSignal} signal
   */
  async lead(poll, signal) {
    if (!this.#channel) return poll(signal);
    let take = !hidden();
    while (!signal.aborted) {
      const outcome = await leadOnce(this.#name, take, poll, signal);
      if (outcome === "ended") return;
      if (outcome === "no locks") return poll(signal);
      take = outcome === "seen";
    }
  }
}

/**
 * Take the lead or wait for it, and poll while we have it.
 * @param {string} name @param {boolean} take @param {(lead: AbortSignal) => Promise<void>} poll
 * @param {AbortSignal} signal
 * @returns {Promise<"ended" | "seen" | "lost" | "no locks">} the polling came to its end; the page came into sight
 *   while it waited; another tab took the lead; this page may not use locks
 */
async function leadOnce(name, take, poll, signal) {
  const over = new AbortController();
  const leading = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  /** @type {"ended" | "seen" | "lost" | "no locks"} */
  let outcome = "lost";
  const seen = () => {
    outcome = "seen";
    over.abort();
  };
  if (!take) whenSeen(seen, AbortSignal.any([stop, leading.signal]));
  try {
    await navigator.locks.request(name, take ? { steal: true } : { signal: stop }, async () => {
      leading.abort();
      await poll(stop);
      outcome = "ended";
    });
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") outcome = "no locks";
  }
  over.abort();
  return outcome;
}
