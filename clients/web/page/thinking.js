/** A turn without an answer: phase, elapsed time, steps, draft, failure. */

import { announce, clock, element } from "./dom.js";
import { drawn } from "./answers.js";

/** @typedef {import("../chat-turn.js").Update} Update */

export class ThinkingView {
  #phase = element("span", { class: "phase" });
  #elapsed = element("span", { class: "elapsed" });
  #outage = element("p", { class: "outage" });
  #steps = element("ol", { class: "steps", "aria-label": "Steps" });
  #draft = element("div", { class: "draft answer", dir: "auto", "aria-label": "Draft of the answer", role: "group" });
  #timer = 0;
  #steady = "";
  /** @type {string | null} */
  #drafted = null;
  element = element("section", { class: "thinking", "aria-label": "Thinking" },
    element("p", { class: "state" }, element("span", { class: "pulse", "aria-hidden": "true" }), this.#phase, this.#elapsed),
    this.#outage, this.#steps, this.#draft);

  constructor() {
    this.#phase.textContent = "Sending";
    this.#count(0);
  }

  accepted() {
    this.#phase.textContent = "Thinking";
  }

  /** The question is kept, and sent by itself. @param {(() => void) | null} cancel null: it is being sent */
  waits(cancel) {
    const text = cancel && "You are offline. This is sent as soon as you are back.";
    this.#phase.textContent = cancel ? "Not sent yet" : "Sending";
    this.#elapsed.hidden = cancel !== null;
    this.#outage.textContent = text ?? "";
    if (cancel) this.#outage.append(element("button", { type: "button", class: "quiet", click: cancel }, "Cancel"));
    this.#say(text ?? "Sending");
  }

  /** @param {Update} update */
  show(update) {
    const phase = update.phase === "queued" ? "Waiting for a worker" : "Thinking";
    this.#phase.textContent = phase;
    this.#count(update.elapsedMs);
    const outage = update.outage && "No connection. Your answer is still being prepared and will appear when you are back online.";
    this.#outage.textContent = outage ?? "";
    this.#steps.replaceChildren(...update.steps.map((step) => element("li", { dir: "auto" }, step.text)));
    // Drawn anew only when it has changed: text may be selected in it.
    if (update.draft !== this.#drafted) this.#draft.replaceChildren(...(update.draft ? [drawn(update.draft)] : []));
    this.#drafted = update.draft;
    this.#say(outage ?? update.steps.at(-1)?.text ?? phase);
  }

  remove() {
    clearInterval(this.#timer);
    this.element.remove();
  }

  /** @param {number} elapsedMs */
  #count(elapsedMs) {
    const began = performance.now() - elapsedMs;
    const show = () => (this.#elapsed.textContent = clock(performance.now() - began));
    clearInterval(this.#timer);
    this.#timer = setInterval(show, 1_000);
    show();
  }

  /** Announce a text once, not with every poll. @param {string} text */
  #say(text) {
    if (text !== this.#steady) announce(text);
    this.#steady = text;
  }
}

/**
 * The end of a turn without an answer, with a button to run it again.
 * @param {"failed" | "stopped"} kind @param {string} text @param {() => void} retry
 */
export function endWithoutAnswer(kind, text, retry) {
  return element("section", { class: `ended ${kind}`, "aria-label": "No answer" },
    element("p", {}, text), element("button", { type: "button", class: "primary", click: retry }, "Try again"));
}
