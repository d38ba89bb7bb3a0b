/** Answers as elements. What reads their Markdown is loaded before the first of them, so that the page itself stays small. */

import { element } from "./dom.js";

const MARKDOWN = "./markdown.mjs";
/** An answer does not wait for longer. */
const WAIT_MS = 4_000;

/** @type {{markdown: (text: string) => Node, pasted: (node: Node) => string} | undefined} */
let code;
/** @type {Promise<void> | null} */
let loading = null;

/** Resolves in any case: without Markdown, answers are shown as text. */
export async function loadMarkdown() {
  if (code) return;
  loading ??= import(MARKDOWN).then(
    (module) => void (code = module.markdown && module),
    () => void (loading = null),
  );
  await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
}

/** An answer as elements; as text, if its markup is more than the page can draw. @param {string} text */
export function drawn(text) {
  try {
    if (code) return code.markdown(text);
  } catch (error) {
    console.error(error);
  }
  return element("p", {}, text);
}

/** The text of a shown answer, to paste it elsewhere. @param {HTMLElement} answer */
export const copyOf = (answer) => code?.pasted(answer) ?? answer.innerText;
