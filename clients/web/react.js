/**
 * A React hook for one chat. The turn continues without the page: given the chat's id, the hook shows it after a reload, in a second
 * tab and on another device.
 *
 *     const client = new ChatClient({ baseUrl, token }); // once, outside of components
 *     const { messages, steps, draft, ask, stop } = useAsyncChat({ client, chatId });
 */

import { useState, useSyncExternalStore } from "react";

import { LONGEST_TIMER_MS, whenSeen } from "./chat-pace.js";

/** @typedef {Omit<import("./chat-turn.js").Update, "status" | "after"> & {status: import("./chat-turn.js").Page["status"] | null,
 *    chatId: string | undefined, sending: string | null, refusal: Error | null}} ChatState
 *    the latest update, with all messages; sending: the question that is not accepted yet; refusal: why the latest call failed, or the
 *    watch ended; status is null before the first update */

/** @type {Omit<ChatState, "chatId" | "messages" | "sending">} */
const FRESH = { status: null, phase: "queued", steps: [], draft: null, error: null, usage: null, cancelReason: null, input: null, elapsedMs: 0, outage: null, refusal: null };
/** @param {{client: import("./chat-client.js").ChatClient, chatId?: string | undefined}} options chatId: none for a new chat */
export function useAsyncChat({ client, chatId }) {
  const [store, replace] = useState(() => new ChatStore(client, chatId));
  const current = store.shows(client, chatId) ? store : new ChatStore(client, chatId);
  if (current !== store) replace(current);
  const { ask, stop, retry, refresh } = current;
  return { ...useSyncExternalStore(current.subscribe, current.snapshot, current.snapshot), ask, stop, retry, refresh };
}

class ChatStore {
  #watch = new AbortController();
  #listeners = new Set();
  #after = /** @type {string | undefined} the cursor of the latest update */ (undefined);

  /** @param {import("./chat-client.js").ChatClient} client @param {string | undefined} chatId */
  constructor(client, chatId) {
    this.client = client;
    this.given = chatId;
    /** @type {ChatState} */
    this.state = { ...FRESH, chatId, messages: [], sending: null };
  }

  /** Also when a page passes on the id of the chat that it began. @param {unknown} client @param {string | undefined} chatId */
  shows = (client, chatId) =>
    client === this.client && [this.given, this.state.chatId].includes(chatId) && ((this.given = chatId), true);
  snapshot = () => this.state;

  /** @param {() => void} listener */
  subscribe = (listener) => {
    const left = new AbortController();
    if (this.#listeners.add(listener).size === 1) this.refresh();
    whenSeen(this.refresh, left.signal);
    globalThis.addEventListener?.("online", this.refresh, { signal: left.signal });
    return () => (left.abort(), this.#listeners.delete(listener), this.#listeners.size || this.#watch.abort());
  };

  /** Resolves with the chat's id, or undefined if the service did not accept the question. @param {string} question */
  ask = (question) => this.#start(question, () => this.client.ask(question, { chatId: this.state.chatId, after: this.#after }));
  /** Run a failed or cancelled turn again. */
  retry = () => this.#start("", () => this.#latest().retry());
  stop = () => this.#latest().cancel().then(this.refresh, (refusal) => this.#set({ refusal }));
  /** Look now: whoever comes back to the page need not wait for the next poll. */
  refresh = () => void (this.state.chatId && this.state.sending === null && this.#follow(this.#latest()));
  #latest = () => this.client.resume(/** @type {string} */ (this.state.chatId), { after: this.#after });

  /** @param {string} sending @param {() => Promise<import("./chat-client.js").Turn>} call */
  async #start(sending, call) {
    this.#set({ sending, refusal: null });
    try {
      const turn = await call();
      this.#set({ ...FRESH, sending: null, chatId: turn.chatId, status: "thinking" });
      void this.#follow(turn);
      return turn.chatId;
    } catch (refusal) {
      this.#set({ sending: null, refusal: /** @type {Error} */ (refusal) });
    }
  }

  /** @param {import("./chat-client.js").Turn} turn */
  async #follow(turn) {
    this.#watch.abort();
    const { signal } = (this.#watch = new AbortController());
    try {
      // The service ends every turn by its deadline, so the watch has none.
      for await (const { after, messages, ...seen } of turn.updates({ timeoutMs: LONGEST_TIMER_MS, signal })) {
        this.#after = after;
        this.#set({ ...seen, refusal: null }, messages);
      }
    } catch (refusal) {
      if (!signal.aborted) this.#set({ refusal: /** @type {Error} */ (refusal) });
    }
  }

  /** @param {Partial<ChatState>} change @param {ChatState["messages"]} [news] */
  #set(change, news = []) {
    const known = new Set(this.state.messages.map(({ message_id }) => message_id));
    const messages = [...this.state.messages, ...news.filter(({ message_id }) => !known.has(message_id))];
    this.state = { ...this.state, ...change, messages };
    for (const listener of this.#listeners) listener();
  }
}
