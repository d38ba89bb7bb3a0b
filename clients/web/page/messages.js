/** Messages and cited memories as elements. */

import { byId, copyButton, dayOf, element, momentOf } from "./dom.js";
import { copyOf, drawn } from "./answers.js";
import { sentenceOf } from "./sentences.js";

/** @typedef {import("../chat-turn.js").Message} Message @typedef {import("../chat-turn.js").Citation} Citation */

/** @typedef {(rating: 1 | -1, then: () => void) => void} Rate */

/** @param {Message} message @param {(citation: Citation) => void} openCitation @param {Rate} rate */
export function messageElement({ message_id, role, content, citations = [], feedback }, openCitation, rate) {
  const mine = role === "user";
  const text = element("div", { class: mine ? "question" : "answer", dir: "auto" }, mine ? content : drawn(content));
  const heading = element("h2", { class: "unseen" }, mine ? "You asked" : "Answer");
  const cited = citations.map((citation) => element("li", {}, citationButton(citation, openCitation)));
  const sources = cited.length ? element("ol", { class: "citations", "aria-label": "Memories behind this answer" }, cited) : null;
  const copy = mine ? null : element("p", { class: "actions" }, copyButton("Copy answer", () => copyOf(text)), ratingButtons(feedback?.rating, rate));
  return element("article", { class: role, "data-id": message_id }, heading, text, sources, copy);
}

/** @param {number | undefined} given @param {Rate} rate */
function ratingButtons(given, rate) {
  const press = (/** @type {number | undefined} */ now) => buttons.forEach((button, at) => button.setAttribute("aria-pressed", `${now === SIGNS[at][0]}`));
  const buttons = SIGNS.map(([rating, sign, label]) =>
    element("button", { type: "button", class: "quiet", "aria-label": label, title: label, click: () => rate(rating, () => press(rating)) }, sign));
  press(given);
  return buttons;
}

/** @type {[1 | -1, string, string][]} */
const SIGNS = [[1, "👍", "Good answer"], [-1, "👎", "Bad answer"]];

/** Say under each question that another one follows: it has no answer, and will not get one. */
export function markUnanswered() {
  for (const question of document.querySelectorAll("#log article.user:has(+ article.user:not(.pending)):not(:has(.unanswered))")) {
    question.append(element("p", { class: "unanswered" }, "No answer"));
  }
}

/** @param {Citation} citation @param {(citation: Citation) => void} open */
const citationButton = (citation, open) =>
  element("button", { type: "button", title: "Open this memory", click: () => open(citation) },
    element("span", { dir: "auto" }, citation.quote));

/**
 * Show the cited memory with the quote marked.
 * @param {import("../chat-client.js").ChatClient} client @param {Citation} citation
 */
export async function openMemory(client, { memory_id, quote }) {
  const dialog = byId("memory");
  const body = element("div", { class: "body" }, element("p", {}, "Loading…"));
  const close = element("button", { type: "button", click: () => dialog.close() }, "Close");
  dialog.replaceChildren(element("h2", { id: "memory-title" }, "Memory"), body, close);
  dialog.showModal();
  body.replaceChildren(...(await memoryOrExcuse(client, memory_id, quote)));
}

/** @param {import("../chat-client.js").ChatClient} client @param {string} memoryId @param {string} quote */
async function memoryOrExcuse(client, memoryId, quote) {
  try {
    const memory = await find(client, memoryId, quote);
    if (memory) return [memoryHead(memory), element("p", { dir: "auto" }, marked(memory.text, quote))];
    return [element("blockquote", { dir: "auto" }, quote), element("p", {}, "This memory no longer exists.")];
  } catch (error) {
    return [element("blockquote", { dir: "auto" }, quote), element("p", {}, `The memory cannot be loaded: ${sentenceOf(error)}`)];
  }
}

/**
 * The API has no call for one memory. Search first; for a quote of very common words, page through all memories.
 * @param {import("../chat-client.js").ChatClient} client @param {string} memoryId @param {string} quote
 */
async function find(client, memoryId, quote) {
  const named = (/** @type {import("../chat-client.js").Memory} */ { memory_id }) => memory_id === memoryId;
  let { memories, next } = await client.memories({ search: quote.slice(0, 500), limit: 100 });
  let found = memories.find(named);
  for (let cursor = null, older = false; !found && !older; cursor = next) {
    ({ memories, next } = await client.memories({ cursor, limit: 100 }));
    found = memories.find(named);
    // Memories come newest first, and ids sort by time.
    older = !next || memories.some(({ memory_id }) => memory_id < memoryId);
  }
  return found;
}

/** @param {import("../chat-client.js").Memory} memory */
export const memoryHead = ({ occurred_at, tags, day, time_zone }) =>
  element("p", { class: "head" }, day ? dayOf(day) : momentOf(occurred_at, time_zone), tags.map((tag) => element("span", { class: "tag", dir: "auto" }, tag)));

/** @param {string} text @param {string} quote */
function marked(text, quote) {
  const at = text.indexOf(quote);
  if (at < 0) return [text];
  return [text.slice(0, at), element("mark", {}, quote), text.slice(at + quote.length)];
}
