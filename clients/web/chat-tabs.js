/**
 * Leader election: of all tabs of a browser that watch a chat, one polls and broadcasts the pages to the others. The tab
 * that cancels the turn tells all.
 *
 * Web Locks elect the leader. A tab that becomes visible steals the lock, since hidden tabs poll slowly; when the
 * leader is closed, the browser gives the lock to the next tab. Without Web Locks every tab polls.
 */

import { hidden, whenSeen } from "./chat-pace.js";

export class SharedPolling {
  #name;
  #channel;

  /**
   * @param {string} name of the lock and the channel, the same in every tab
   * @param {(told: any) => void} hear receives what another tab, or another watch in this one, tells
   */
  constructor(name, hear) {
    this.#name = name;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (event) => hear(event.data);
  }

  /** Broadcast to the other tabs. @param {object} told */
  tell(told) {
    this.#channel.postMessage(told);
  }

  close() {
    this.#channel.close();
  }

  /**
   * Runs `poll` whenever this tab is the leader, until a run ends by itself or `signal` aborts.
   * @param {(lead: AbortSignal) => Promise<void>} poll must stop when its signal aborts
   * @param {AbortSignal} signal
   */
  async lead(poll, signal) {
    if (!globalThis.navigator?.locks) return poll(signal);
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
 * Steal or await the lock, and poll while holding it.
 * @param {string} name @param {boolean} take @param {(lead: AbortSignal) => Promise<void>} poll
 * @param {AbortSignal} signal
 * @returns {Promise<"ended" | "seen" | "lost" | "no locks">} the polling ended; the page became visible
 *   while waiting; another tab stole the lock; the page may not use locks
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
