/** Every snippet of the guide runs. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { MisbehavingService } from "./misbehaving-service.js";

const GUIDE = new URL("../../../docs/clients/javascript.md", import.meta.url);
/** The entries of the package, as its sources. */
const sourceOf = (_, entry = "chat-client") => `"${new URL(`../${entry}.js`, import.meta.url).href}"`;
const snippets = [...(await readFile(GUIDE, "utf8")).matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

describe("the guide", () => {
  let service;
  let folder;

  before(async () => {
    service = await MisbehavingService.start();
    service.willThink({ steps: ["Searching"] }, { status: "answered" });
    folder = await mkdtemp(join(tmpdir(), "async-chat-guide-"));
    Object.assign(globalThis, { token: "alice", session: { accessToken: "alice" }, show: (update) => shown.push(update) });
  });

  after(() => {
    service.stop();
    return rm(folder, { recursive: true });
  });

  const shown = [];

  for (const [number, code] of snippets.entries()) {
    it(`shows snippet ${number + 1} that runs`, async () => {
      service.willThink({ steps: ["Searching"] }, { status: "answered" });
      const file = join(folder, `snippet-${number}.mjs`);
      await writeFile(file, code.replaceAll(/"async-chat(?:\/([\w-]+))?"/g, sourceOf).replaceAll("https://chat.example.com", service.url));
      await import(pathToFileURL(file).href);
      assert.equal(service.questions, number + 1);
    });
  }

  it("has shown the answers", () => {
    assert.ok(snippets.length >= 4);
    assert.ok(shown.some((update) => update.status === "answered"));
  });
});
