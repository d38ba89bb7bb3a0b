/**
 * Markdown as elements: CommonMark with tables, task lists, strikethrough and bare web addresses.
 *
 * markdown-it parses it into tokens (docs/adr/0021); here they become elements. HTML stays text. Nothing is loaded: an
 * image becomes a link. Links go to http(s) only. Not a part of the page's document: answers.js loads it.
 */

// @ts-ignore: packaging puts it in, as package-lock.json pins it (scripts/chat_page.py).
import makeParser from "./markdown-it.mjs";
import { copyButton, element, fill } from "./dom.js";
import { plain } from "./plain-text.js";

/** @typedef {{type: string, tag: string, nesting: number, level: number, hidden: boolean, markup: string,
 *             content: string, children: Token[] | null, attrGet: (name: string) => string | null}} Token */

/** Elements within each other. The parser drops what is deeper. */
const DEEPEST = 100;

const parser = makeParser({ linkify: true, maxNesting: DEEPEST });
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false }).add("ftp:", null).add("//", null).add("mailto:", null);
// Which links are shown as links is decided below, and there the source is put together again.
parser.validateLink = () => true;
parser.normalizeLinkText = (/** @type {string} */ text) => text;

/** Throws for markup that is more than can be drawn. @param {string} text */
export const markdown = (text) => fill(document.createDocumentFragment(), nodes(tokensOf(text)));

/**
 * What `markdown` made, as text that can be pasted anywhere: without marks, but with those of lists.
 * @param {Node} node @returns {string}
 */
export function pasted(node) {
  const { nodeName, childNodes } = node;
  const inside = (/** @type {string} */ between) => Array.from(childNodes, pasted).filter(Boolean).join(between);
  if (nodeName === "BR") return "\n";
  if (nodeName === "HR") return "---";
  if (nodeName === "BUTTON") return "";
  if (nodeName === "UL" || nodeName === "OL") return list(/** @type {HTMLOListElement} */ (node));
  if (nodeName === "TR") return inside("\t");
  if (/^T(ABLE|HEAD|BODY)$/.test(nodeName)) return inside("\n");
  if (nodeName === "BLOCKQUOTE" || isAnswer(node)) return inside("\n\n");
  return childNodes.length ? inside("") : (node.textContent ?? "");
}

/** @param {Node} node */
const isAnswer = (node) => /** @type {Element} */ (node).classList?.contains("answer");

/** @param {HTMLOListElement} list */
const list = ({ nodeName, start, children }) =>
  Array.from(children, (item, at) => `${nodeName === "OL" ? `${start + at}.` : "-"} ${inItem(item).replaceAll("\n", "\n  ")}`).join("\n");

/** An item holds text and blocks. @param {Element} item */
const inItem = ({ childNodes }) =>
  Array.from(childNodes, (child, at) => (at && /^(P|H\d|UL|OL|DIV|BLOCKQUOTE)$/.test(child.nodeName) ? "\n" : "") + pasted(child)).join("");

/** The tokens, with one more for the box of a task: an item that begins with `[ ]` or `[x]`. @param {string} text */
function tokensOf(text) {
  /** @type {Token[]} */
  const tokens = parser.parse(text, {});
  if (tokens.some(({ level }) => level >= DEEPEST - 1)) throw new RangeError("nested too deeply");
  tokens.forEach(({ type }, at) => {
    const inItem = type === "list_item_open" && tokens[at + 1].type === "paragraph_open" ? tokens[at + 2].children : null;
    const [mark, state] = (inItem?.[0].type === "text" && /^\[([ xX])\](?= )/.exec(inItem[0].content)) || [];
    if (!inItem || !mark) return;
    inItem[0].content = inItem[0].content.slice(mark.length);
    inItem.unshift({ ...inItem[0], type: "task", content: state });
  });
  return tokens;
}

/**
 * @typedef {{token: Token | null, made: (Node | string)[]}} Frame an element that is still open, with what is in it so far
 */

/** @param {Token[]} tokens @returns {(Node | string)[]} */
function nodes(tokens) {
  /** @type {Frame[]} */
  const open = [{ token: null, made: [] }];
  for (const token of tokens) {
    if (token.nesting > 0) open.push({ token, made: [] });
    else {
      const closed = token.nesting < 0 ? /** @type {Frame} */ (open.pop()) : null;
      const inLink = open.some((frame) => frame.token?.type === "link_open");
      const found = closed?.token ? around(closed.token, closed.made) : leaf(token, inLink);
      // One by one: a call takes only so many arguments.
      for (const node of found) open[open.length - 1].made.push(node);
    }
  }
  return open[0].made;
}

/** What a pair of tokens becomes. @param {Token} token the opening one @param {(Node | string)[]} inside @returns {(Node | string)[]} */
function around(token, inside) {
  const { type, tag } = token;
  if (token.hidden) return inside;
  if (type === "link_open") return link(token, token.attrGet("href") ?? "", inside);
  // The page's own headings are of level 1 and 2.
  if (type === "heading_open") return [element(/** @type {"h3"} */ (`h${Math.min(Number(tag[1]) + 2, 6)}`), {}, inside)];
  if (type === "ordered_list_open") return [element("ol", { start: token.attrGet("start") }, inside)];
  if (type === "table_open") return [scrollable("table", "Table", element("table", {}, inside))];
  if (tag === "th" || tag === "td") return [element(tag, { class: token.attrGet("style")?.replace("text-align:", "") }, inside)];
  return [element(/** @type {"p"} */ (tag), {}, inside)];
}

/** What a single token becomes. @param {Token} token @param {boolean} inLink @returns {(Node | string)[]} */
function leaf(token, inLink) {
  const { type, content, children } = token;
  if (type === "inline") return nodes(children ?? []);
  if (type === "code_inline") return [element("code", {}, content)];
  if (type === "fence" || type === "code_block") return [codeBlock(content)];
  if (type === "task") return [taskBox(content !== " ")];
  if (type === "hr") return [element("hr")];
  if (type === "softbreak" || type === "hardbreak") return [element("br")];
  if (type !== "image") return lines(content);
  const source = token.attrGet("src") ?? "";
  const alt = altOf(children ?? []);
  return inLink ? [alt] : link(token, source, [alt || source]);
}

/** A line end that was written as `&#10;` is one too. @param {string} text */
const lines = (text) => text.split("\n").flatMap((line, index) => (index ? [element("br"), line] : [line]));

/** The text of an image, which may hold further images. @param {Token[]} tokens @returns {string} */
const altOf = (tokens) => tokens.map(({ type, content, children }) => (type === "image" ? altOf(children ?? []) : content)).join("");

/** @param {Node | string} node */
const textOf = (node) => (typeof node === "string" ? node : (node.textContent ?? ""));

/** A box that scrolls by itself where it is wider than the page. @param {string} kind @param {string} label @param {Node} inside */
const scrollable = (kind, label, inside) => element("div", { class: kind, tabindex: "0", role: "region", "aria-label": label }, inside);

/** @param {string} content */
function codeBlock(content) {
  const code = content.replace(/\n$/, "");
  return element("div", { class: "code" }, element("pre", { tabindex: "0" }, element("code", {}, code)), copyButton("Copy code", () => code));
}

/** @param {boolean} done */
const taskBox = (done) => element("span", { role: "img", "aria-label": done ? "Done" : "To do" }, done ? "☑" : "☐");

/** Something that a reader takes for an address: with a scheme, or a name with dots. */
const ADDRESS = /(?:[a-z][a-z\d+.-]*:)?\/\/[^\s]+|(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+\.?(?![\p{L}\p{N}])[^\s]*/giu;
/** Names of files have dots too. */
const FILE = /^[^/:?#@\\]+\.(?:csv|docx?|gif|html?|jpe?g|js|json|md|pdf|png|pptx?|py|rs|svg|ts|txt|xlsx?|ya?ml|zip)$/i;

/**
 * A link that says where it leads: its text holds the host, behind any label. A label that shows another address than
 * the link's is no link. A name before the host (`https://bank.example@evil.example`) is cut.
 * @param {Token} token @param {string} target @param {(Node | string)[]} label @returns {(Node | string)[]}
 */
function link(token, target, label) {
  const url = URL.canParse(target) ? new URL(target) : null;
  if (!url || !["http:", "https:"].includes(url.protocol)) return sourceOf(token, target, label);
  const named = url.username !== "" || url.password !== "";
  url.username = url.password = "";
  const text = label.map(textOf).join("");
  const shown = named && text === target ? [url.href] : label;
  if (hostsIn(shown.map(textOf).join("")).some((host) => host !== url.host)) return sourceOf(token, target, label);
  const rel = "noopener noreferrer nofollow";
  const behind = text.toLowerCase().includes(url.host) ? null : element("span", { class: "host" }, ` (${url.host})`);
  return [element("a", { href: named ? url.href : target, target: "_blank", rel, title: url.host }, shown, behind)];
}

/** What becomes no link, as it was written. @param {Token} token @param {string} target @param {(Node | string)[]} label */
function sourceOf(token, target, label) {
  if (token.markup === "linkify") return label;
  if (token.markup === "autolink") return ["<", ...label, ">"];
  const title = token.attrGet("title");
  return [token.type === "image" ? "![" : "[", ...label, `](${target}${title ? ` "${title}"` : ""})`];
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
