/** Answers as elements. What reads their Markdown is loaded before the first of them, so that the page itself stays small. */

import { element } from "./dom.js";

const MARKDOWN = "./markdown.mjs";
/** An answer does not wait for longer. */
const LONGEST_WAIT_MS = 4_000;

/** @type {((text: string) => Node) | undefined} */
let elementsOf;
/** @type {Promise<void> | null} */
let loading = null;

/** Resolves in any case: without Markdown, answers are shown as text. */
export async function loadMarkdown() {
  if (elementsOf) return;
  loading ??= import(MARKDOWN).then(
    (module) => void (elementsOf = module.markdown),
    () => void (loading = null),
  );
  await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))]);
}

/** An answer as elements; as text, if its markup is more than the page can draw. @param {string} text */
export function drawn(text) {
  try {
    if (elementsOf) return elementsOf(text);
  } catch (error) {
    console.error(error);
  }
  return element("p", {}, text);
}
