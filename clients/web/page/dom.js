/** Builds elements. Text is inserted as text: no code of the page parses markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] functions become event listeners; false and null are left out
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Announce to screen readers. @param {string} text */
export function announce(text) {
  byId("status").textContent = text;
}

/**
 * A button for an irreversible action: the first press asks, a second one within five seconds acts.
 * @param {string} label @param {string} question @param {() => void} act
 */
export function twoStepButton(label, question, act) {
  let asked = 0;
  const button = element("button", { type: "button", class: "quiet", click: () => (asked ? act() : ask()) }, label);
  const ask = () => {
    button.textContent = question;
    asked = setTimeout(() => {
      asked = 0;
      button.textContent = label;
    }, 5_000);
  };
  return button;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {string} moment RFC 3339 */
export const day = (moment) => element("time", { datetime: moment, title: MOMENT.format(new Date(moment)) }, DAY.format(new Date(moment)));

/** Minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
