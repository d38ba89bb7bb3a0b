/** The memories view: add, search, list, forget. */

import { newKey } from "../chat-client.js";
import { announce, byId, element, twoStepButton } from "./dom.js";
import { memoryHead } from "./messages.js";
import { Refusal, isTooLong } from "./sentences.js";

/** @typedef {import("../chat-client.js").Memory} Memory */

/** Characters of a memory, of one of its tags, of a search. */
const [LONGEST, LONGEST_TAG, LONGEST_SEARCH] = [4_000, 64, 1_000];
/** Tags of a memory. */
const MOST_TAGS = 20;

export class MemoryRoom {
  #client;
  #failed;
  #search = "";
  /** The memory that may have been stored by a request without an answer, and its Idempotency-Key. */
  #unsure = { memory: "", key: "" };
  /** A new one for each list that is shown: a reply to an earlier list shows nothing. */
  #shown = {};

  /** @param {import("../chat-client.js").ChatClient} client @param {(error: unknown) => void} failed */
  constructor(client, failed) {
    this.#client = client;
    this.#failed = failed;
    byId("remember").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#remember(/** @type {HTMLFormElement} */ (event.target)).catch(failed);
    });
    byId("search").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const search = `${new FormData(/** @type {HTMLFormElement} */ (event.target)).get("q") ?? ""}`.trim();
      if (isTooLong(search, LONGEST_SEARCH, "search", failed)) return;
      this.#search = search;
      this.open();
    });
  }

  /** Show nothing any more. */
  leave() {
    this.#shown = {};
    for (const id of ["memory-list", "found", "more-memories"]) byId(id).replaceChildren();
    for (const id of ["remember", "search"]) byId(id).reset();
    this.#unsure = { memory: "", key: "" };
  }

  /** Show the newest memories, or those that match the search. */
  async open() {
    this.#shown = {};
    byId("memory-list").replaceChildren();
    await this.#load(null);
  }

  /** @param {string | null} cursor */
  async #load(cursor) {
    const shown = this.#shown;
    try {
      const search = this.#search || undefined;
      const { memories, next, complete } = await this.#client.memories({ search, cursor, limit: 25 });
      if (shown !== this.#shown) return;
      byId("memory-list").append(...memories.map((memory) => this.#item(memory)));
      byId("more-memories").replaceChildren(...(next ? [this.#more(next)] : []));
      const found = byId("memory-list").children.length;
      const none = search ? "No memory matches." : "No memories yet. Add the first one above.";
      const cut = "There was no time to search all memories, only the newest ones.";
      byId("found").textContent = complete === false ? cut : found ? "" : none;
      if (search) announce(`${found} memories found`);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {HTMLFormElement} form */
  async #remember(form) {
    const data = new FormData(form);
    const [text, date, listed] = ["text", "date", "tags"].map((name) => `${data.get(name) ?? ""}`.trim());
    const tags = listed.split(",").map((tag) => tag.trim()).filter(Boolean);
    if (!text || isTooLong(text, LONGEST, "memory", this.#failed)) return;
    if (tags.some((tag) => isTooLong(tag, LONGEST_TAG, "tag", this.#failed))) return;
    if (tags.length > MOST_TAGS) throw new Refusal(`These are ${tags.length} tags: ${MOST_TAGS} are possible. Nothing was sent.`);
    await this.#store({
      text,
      ...(date ? { occurred_at: date } : {}),
      tags,
    });
    form.reset();
    announce("Remembered.");
    await this.open();
  }

  /** Once, also if it is sent again after a lost answer. @param {import("../chat-client.js").NewMemory} memory */
  async #store(memory) {
    const sent = JSON.stringify(memory);
    const idempotencyKey = this.#unsure.memory === sent ? this.#unsure.key : newKey();
    this.#unsure = { memory: sent, key: idempotencyKey };
    await this.#client.remember(memory, { idempotencyKey });
    this.#unsure = { memory: "", key: "" };
  }

  /** @param {Memory} memory */
  #item(memory) {
    const forget = async () => {
      await this.#client.forget(memory.memory_id);
      item.remove();
      announce("Forgotten.");
    };
    const button = twoStepButton("Forget", "Forget permanently?", () => forget().catch(this.#failed));
    const head = memoryHead(memory);
    head.append(button);
    const item = element("li", {}, head, element("p", { dir: "auto" }, memory.text));
    return item;
  }

  /** @param {string} next */
  #more(next) {
    return element("button", { type: "button", class: "quiet", click: () => this.#load(next) }, "Older memories");
  }
}
