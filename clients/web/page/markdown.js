/**
 * A subset of Markdown as elements: paragraphs, headings, lists, quotes, code, emphasis, links.
 *
 * Any other syntax stays text. Nothing is loaded: an image becomes a link. Links go to http(s) only.
 */

import { element } from "./dom.js";

/** Three backticks, or tildes. */
const FENCE = /^ {0,3}(\x60{3}|~~~)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const DEEPEST = 8;

/** @param {string} text @returns {DocumentFragment} */
export function markdown(text) {
  const all = document.createDocumentFragment();
  all.append(...blocks(text.replaceAll("\r\n", "\n").split("\n"), 0));
  return all;
}

/** @param {string[]} lines @param {number} depth @returns {Node[]} */
function blocks(lines, depth) {
  /** @type {Node[]} */
  const made = [];
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at, depth);
    if (block) made.push(block);
    at = next;
  }
  return made;
}

/** The block that begins at a line, and the line after it. @returns {[Node | null, number]}
 * @param {string[]} lines @param {number} at @param {number} depth */
function blockAt(lines, at, depth) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fenced(lines, at);
  const heading = HEADING.exec(line);
  if (heading) return [element("p", { class: "heading" }, ...inline(heading[2])), at + 1];
  if (RULE.test(line)) return [element("hr"), at + 1];
  if (depth < DEEPEST && QUOTE.test(line)) return quoted(lines, at, depth);
  if (depth < DEEPEST && ITEM.test(line)) return listed(lines, at, depth);
  const end = endOf(lines, at + 1, (next) => next.trim() !== "" && !startsBlock(next));
  return [element("p", {}, ...inline(lines.slice(at, end).join("\n"))), end];
}

/** @param {string} line */
const startsBlock = (line) => [FENCE, HEADING, RULE, QUOTE, ITEM].some((start) => start.test(line));

/** @param {string[]} lines @param {number} from @param {(line: string) => boolean} belongs */
function endOf(lines, from, belongs) {
  let end = from;
  while (end < lines.length && belongs(lines[end])) end++;
  return end;
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function fenced(lines, at) {
  const fence = /** @type {RegExpExecArray} */ (FENCE.exec(lines[at]))[1];
  const end = endOf(lines, at + 1, (line) => !line.trim().startsWith(fence));
  return [element("pre", { tabindex: "0" }, element("code", {}, lines.slice(at + 1, end).join("\n"))), end + 1];
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[Node, number]} */
function quoted(lines, at, depth) {
  const end = endOf(lines, at, (line) => QUOTE.test(line));
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ""));
  return [element("blockquote", {}, ...blocks(inner, depth + 1)), end];
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[Node, number]} */
function listed(lines, at, depth) {
  const [, indent, mark] = /** @type {RegExpExecArray} */ (ITEM.exec(lines[at]));
  const numbered = /\d/.test(mark);
  const list = numbered ? element("ol", { start: parseInt(mark, 10) }) : element("ul");
  for (let item; (item = ITEM.exec(lines[at] ?? "")) && item[1].length === indent.length && /\d/.test(item[2]) === numbered; ) {
    const end = endOf(lines, at + 1, (line) => line.startsWith(`${indent}  `) && line.trim() !== "");
    const inner = lines.slice(at + 1, end).map((line) => line.slice(indent.length + 2));
    list.append(element("li", {}, ...inline(item[3]), ...blocks(inner, depth + 1)));
    at = end;
  }
  return [list, at];
}

// No alternative scans past its own delimiter: otherwise a long text of delimiters would take quadratic time.
const INLINE =
  /(`{1,3})([^`]+)\1|\*\*(?=\S)([^*]+)\*\*|(?<!\w)([*_])(?=\S)([^*_]+)\4(?!\w)|!?\[([^[\]\n]*)\]\(([^\s()]+)\)|(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])|\n/g;

/** @param {string} text @param {number} [depth] @returns {(Node | string)[]} */
function inline(text, depth = 0) {
  /** @type {(Node | string)[]} */
  const made = [];
  let last = 0;
  for (const found of text.matchAll(INLINE)) {
    const [all, , code, strong, , emphasis, label, target, address] = found;
    if (found.index > last) made.push(text.slice(last, found.index));
    last = found.index + all.length;
    if (code !== undefined) made.push(element("code", {}, code));
    else if (strong !== undefined) made.push(element("strong", {}, ...nested(strong, depth)));
    else if (emphasis !== undefined) made.push(element("em", {}, ...nested(emphasis, depth)));
    else if (target ?? address) made.push(link(target ?? address, label || target || address, all));
    else made.push(element("br"));
  }
  return [...made, text.slice(last)];
}

/** @param {string} text @param {number} depth */
const nested = (text, depth) => (depth < DEEPEST ? inline(text, depth + 1) : [text]);

/** @param {string} target @param {string} label @param {string} source the text to keep when the target is not http(s) */
function link(target, label, source) {
  if (!URL.canParse(target) || !["http:", "https:"].includes(new URL(target).protocol)) return source;
  const rel = "noopener noreferrer nofollow";
  return element("a", { href: target, target: "_blank", rel, title: new URL(target).host }, label);
}
