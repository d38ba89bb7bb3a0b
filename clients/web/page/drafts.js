/** Questions that are typed, or sent without a word whether they were taken. Each belongs to its user and to its chat. */

import { IdempotencyKeyReused, newKey } from "../chat-client.js";

/** @typedef {{text: string, asked?: string, key?: string, again?: boolean}} Draft
 *    asked, key: the question whose fate is not known, and its Idempotency-Key: sent again under it, it asks once;
 *    again: it was sent before */

const USER = "async-chat user";

/**
 * Forget what another user has left in this tab.
 * @param {string} user @returns {boolean} whether somebody else was here
 */
export function enterAs(user) {
  const before = sessionStorage.getItem(USER);
  const other = before !== null && before !== user;
  if (other) sessionStorage.clear();
  sessionStorage.setItem(USER, user);
  return other;
}

export class Drafts {
  #user;

  /** @param {string} user the user's id */
  constructor(user) {
    this.#user = user;
  }

  /** The text to show for a chat; "" is a new one. @param {string} chatId */
  text(chatId) {
    return this.#read(chatId).text;
  }

  /** @param {string} chatId @param {string} text */
  type(chatId, text) {
    this.#write(chatId, { ...this.#read(chatId), text });
  }

  /** A question is being sent. Returns its key: the one before, if nobody knows whether it was taken. @param {string} chatId @param {string} question */
  ask(chatId, question) {
    const { asked, key } = this.#read(chatId);
    const again = asked === question && key;
    const kept = again || newKey();
    this.#write(chatId, { text: question, asked: question, key: kept, again: Boolean(again) });
    return kept;
  }

  /** The service has the question. @param {string} chatId @param {string} question */
  taken(chatId, question) {
    const { text } = this.#read(chatId);
    this.#write(chatId, { text: text.trim() === question ? "" : text });
  }

  /**
   * Asking has failed. A question that was refused may be asked anew; but a refusal says nothing about earlier attempts.
   * @param {string} chatId @param {any} error
   */
  failed(chatId, error) {
    const { text, again } = this.#read(chatId);
    const open = again || error.idempotencyKey;
    if (!open || error instanceof IdempotencyKeyReused) this.#write(chatId, { text });
  }

  /** @param {string} chatId @returns {Draft} */
  #read(chatId) {
    return JSON.parse(sessionStorage.getItem(this.#name(chatId)) ?? '{"text": ""}');
  }

  /** @param {string} chatId @param {Draft} draft */
  #write(chatId, draft) {
    if (draft.text || draft.key) sessionStorage.setItem(this.#name(chatId), JSON.stringify(draft));
    else sessionStorage.removeItem(this.#name(chatId));
  }

  /** @param {string} chatId */
  #name(chatId) {
    return `async-chat draft ${this.#user} ${chatId}`;
  }
}
