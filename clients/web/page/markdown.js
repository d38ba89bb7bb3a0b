/**
 * A subset of Markdown as elements: paragraphs, headings, lists, quotes, code, emphasis, links.
 *
 * Any other syntax stays text. Nothing is loaded: an image becomes a link. Links go to http(s) only.
 */

import { element, fill } from "./dom.js";
import { plain } from "./plain-text.js";

/** Three backticks, or tildes. */
const FENCE = /^ {0,3}(\x60{3}|~~~)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const DEEPEST = 8;

/** @param {string} text @returns {DocumentFragment} */
export function markdown(text) {
  return fill(document.createDocumentFragment(), blocks(text.replaceAll("\r\n", "\n").split("\n"), 0));
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
  if (heading) return [element("p", { class: "heading" }, inline(heading[2])), at + 1];
  if (RULE.test(line)) return [element("hr"), at + 1];
  if (depth < DEEPEST && QUOTE.test(line)) return quoted(lines, at, depth);
  if (depth < DEEPEST && ITEM.test(line)) return listed(lines, at, depth);
  const end = endOf(lines, at + 1, (next) => next.trim() !== "" && !startsBlock(next));
  return [element("p", {}, inline(lines.slice(at, end).join("\n"))), end];
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
  return [element("blockquote", {}, blocks(inner, depth + 1)), end];
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[Node, number]} */
function listed(lines, at, depth) {
  const [, indent, mark] = /** @type {RegExpExecArray} */ (ITEM.exec(lines[at]));
  const numbered = /\d/.test(mark);
  const list = numbered ? element("ol", { start: parseInt(mark, 10) }) : element("ul");
  for (let item; (item = ITEM.exec(lines[at] ?? "")) && item[1].length === indent.length && /\d/.test(item[2]) === numbered; ) {
    const end = endOf(lines, at + 1, (line) => line.startsWith(`${indent}  `) && line.trim() !== "");
    const inner = lines.slice(at + 1, end).map((line) => line.slice(indent.length + 2));
    list.append(element("li", {}, inline(item[3]), blocks(inner, depth + 1)));
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
    else if (strong !== undefined) made.push(element("strong", {}, nested(strong, depth)));
    else if (emphasis !== undefined) made.push(element("em", {}, nested(emphasis, depth)));
    else if (target ?? address) made.push(link(target ?? address, label || target || address, all));
    else made.push(element("br"));
  }
  return [...made, text.slice(last)];
}

/** @param {string} text @param {number} depth */
const nested = (text, depth) => (depth < DEEPEST ? inline(text, depth + 1) : [text]);

/** Something that a reader takes for an address: with a scheme, or a name with dots. */
const ADDRESS = /(?:[a-z][a-z\d+.-]*:)?\/\/[^\s]+|(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+\.?(?![\p{L}\p{N}])[^\s]*/giu;
/** Names of files have dots too. */
const FILE = /^[^/:?#@\\]+\.(?:csv|docx?|gif|html?|jpe?g|js|json|md|pdf|png|pptx?|py|rs|svg|ts|txt|xlsx?|ya?ml|zip)$/i;

/**
 * A link that says where it leads: its text holds the host, behind any label. A label that shows another address than
 * the link's is no link. A name before the host (`https://bank.example@evil.example`) is cut.
 * @param {string} target @param {string} label @param {string} source the text to keep when this becomes no link
 */
function link(target, label, source) {
  if (!URL.canParse(target) || !["http:", "https:"].includes(new URL(target).protocol)) return source;
  const url = new URL(target);
  const named = url.username !== "" || url.password !== "";
  url.username = url.password = "";
  const text = label === target && named ? url.href : label;
  const hosts = hostsIn(text);
  if (hosts.some((host) => host !== url.host)) return source;
  const rel = "noopener noreferrer nofollow";
  const behind = text.toLowerCase().includes(url.host) ? null : element("span", { class: "host" }, ` (${url.host})`);
  return element("a", { href: named ? url.href : target, target: "_blank", rel, title: url.host }, text, behind);
}

/** The hosts of what looks like addresses in a label, as the browser would read them. @param {string} label */
function hostsIn(label) {
  const read = plain(label).normalize("NFKC").replaceAll("\u3002", ".").replaceAll("\u2044", "/").replaceAll("\ufffd", "");
  return (read.match(ADDRESS) ?? []).filter((found) => !FILE.test(found)).map(hostOf);
}

/** @param {string} address @returns {string} "" for one that says another name before its host, or none */
function hostOf(address) {
  const full = /^[a-z][a-z\d+.-]*:/i.test(address) ? address : `https://${address.replace(/^\/+/, "")}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  return url && !url.username && !url.password ? url.host : "";
}
