/** The list of chats in the sidebar: newest activity first, with unread marks. */

import { byId, element } from "./dom.js";

const BUSY_MS = 5_000;
const IDLE_MS = 60_000;

export class ChatList {
  #client;
  #report;
  #timer = 0;
  /** @type {import("../chat-client.js").Chat[]} */
  #chats = [];
  /** @type {string | null} */
  #next = null;
  #open = "";
  #left = false;

  /** @param {import("../chat-client.js").ChatClient} client @param {(error: unknown) => void} report */
  constructor(client, report) {
    this.#client = client;
    this.#report = report;
  }

  /** Show nothing any more. */
  leave() {
    this.#left = true;
    this.#chats = [];
    clearTimeout(this.#timer);
    byId("chat-list").replaceChildren();
  }

  /** Mark as the open chat. @param {string} chatId */
  select(chatId) {
    this.#open = chatId;
    this.#show();
  }

  /** Reload the first page now and periodically: sooner while a chat is thinking, never in a hidden tab. */
  async refresh() {
    clearTimeout(this.#timer);
    if (this.#left || document.visibilityState === "hidden") return;
    try {
      const { chats, next } = await this.#client.chats({ limit: 30 });
      const known = new Set(chats.map((chat) => chat.chat_id));
      const older = this.#chats.slice(chats.length).filter((chat) => !known.has(chat.chat_id));
      if (!older.length) this.#next = next;
      this.#chats = [...chats, ...older];
      this.#show();
    } catch (error) {
      this.#report(error);
    }
    clearTimeout(this.#timer);
    if (this.#left) return;
    const busy = this.#chats.some((chat) => chat.status === "thinking");
    this.#timer = setTimeout(() => this.refresh(), busy ? BUSY_MS : IDLE_MS);
  }

  /** @param {string} chatId */
  markRead(chatId) {
    for (const chat of this.#chats) if (chat.chat_id === chatId) chat.unread = false;
    this.#show();
  }

  /** @param {string} chatId @returns {boolean} false for a chat that is not in the list */
  isRead(chatId) {
    return this.#chats.some((chat) => chat.chat_id === chatId && !chat.unread);
  }

  /** @param {string} chatId */
  remove(chatId) {
    this.#chats = this.#chats.filter((chat) => chat.chat_id !== chatId);
    this.#show();
  }

  async #more() {
    try {
      const { chats, next } = await this.#client.chats({ cursor: this.#next, limit: 30 });
      this.#chats.push(...chats);
      this.#next = next;
      this.#show();
    } catch (error) {
      this.#report(error);
    }
  }

  #show() {
    if (this.#left) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("#chat-list a")?.getAttribute("href");
    const items = this.#chats.map((chat) => element("li", {}, this.#link(chat)));
    const more = element("button", { type: "button", class: "quiet", click: () => this.#more() }, "Older chats");
    byId("chat-list").replaceChildren(...items, ...(this.#next ? [element("li", {}, more)] : []));
    if (focused) /** @type {any} */ (document.querySelector(`#chat-list a[href="${focused}"]`))?.focus();
    const unread = this.#chats.filter((chat) => chat.unread).length;
    document.title = unread ? `(${unread}) Async Chat` : "Async Chat";
  }

  /** @param {import("../chat-client.js").Chat} chat */
  #link(chat) {
    const { chat_id, title, status, unread, last_message } = chat;
    const mark = unread ? "unread" : status === "thinking" ? "thinking" : status === "failed" ? "failed" : "";
    return element(
      "a",
      { href: `#chat=${chat_id}`, class: mark || null, "aria-current": chat_id === this.#open && "page" },
      element("span", { class: "title", dir: "auto" }, title),
      element("span", { class: "last", dir: "auto" }, preview(last_message)),
      mark ? element("span", { class: "mark" }, element("span", { class: "unseen" }, mark)) : null,
    );
  }
}

/** An answer is Markdown, where a quote has escapes. @param {import("../chat-turn.js").Message} message */
const preview = ({ role, content }) =>
  role === "user" ? content : content.replace(/&#\d+;|\\([ !-/:-@[-\x60{-~])/g, "$1");
