/** What the agent asks before it can go on. The question is the chat's last message; here are its choices. */

import { element } from "./dom.js";

/**
 * A button for each choice; another answer is typed.
 * @param {import("../chat-turn.js").Input} input @param {(choice: string) => void} choose @returns {HTMLElement}
 */
export function choices({ question, choices }, choose) {
  const buttons = choices.map((choice) => element("button", { type: "button", click: () => choose(choice) }, choice));
  return element("div", { class: "choices", role: "group", "aria-label": question }, buttons);
}
