/** Builds elements. Text is inserted as text: no code of the page parses markup. */

import { plain } from "./plain-text.js";

/** @typedef {Node | string | null} Child */

/** An engine takes some 65,000 to 125,000 arguments of a call: beyond that, `append(...nodes)` is a RangeError. */
const SLICE = 10_000;

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] functions become event listeners; false and null are left out
 * @param {...(Child | Child[])} children text is shown plain; an array may hold any number
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  // Children first: below `dir="auto"`, Chromium takes quadratic time to append them.
  const made = fill(document.createElement(tag), children.flat());
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  return made;
}

/**
 * Append any number of children.
 * @template {ParentNode} Parent
 * @param {Parent} parent @param {Child[]} children
 */
export function fill(parent, children) {
  const shown = children.filter((child) => child !== null).map((child) => (typeof child === "string" ? plain(child) : child));
  for (let at = 0; at < shown.length; at += SLICE) parent.append(...shown.slice(at, at + SLICE));
  return parent;
}

/** Show a text in place of what an element holds. @param {string} id @param {string} text */
export function setText(id, text) {
  byId(id).textContent = plain(text);
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Announce to screen readers. @param {string} text */
export function announce(text) {
  setText("status", text);
}

/** @param {string} label what is copied, for screen readers @param {() => string} text */
export function copyButton(label, text) {
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (button.textContent = "Copy"), 2_000);
  };
  const click = () => copy().catch(() => (button.textContent = "Not allowed"));
  const button = element("button", { type: "button", class: "quiet copy", "aria-label": label, click }, "Copy");
  return button;
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

/** A day without a time: the same in every zone. @param {string} day as in 2026-08-05 */
export const dayOf = (day) => element("time", { datetime: day }, formatted(day, { dateStyle: "medium", timeZone: "UTC" }));

/** The day of a moment; its title has the time. @param {string} moment RFC 3339 @param {string | null} [timeZone] */
export function momentOf(moment, timeZone) {
  const zone = { timeZone: timeZone ?? undefined };
  const title = formatted(moment, { dateStyle: "medium", timeStyle: "short", ...zone });
  return element("time", { datetime: moment, title }, formatted(moment, { dateStyle: "medium", ...zone }));
}

/** @param {string} moment @param {Intl.DateTimeFormatOptions} options */
function formatted(moment, options) {
  try {
    return new Intl.DateTimeFormat(undefined, options).format(new Date(moment));
  } catch {
    // The service may know a zone that this browser does not.
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: undefined }).format(new Date(moment));
  }
}

/** Minutes and seconds. @param {number} ms */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
