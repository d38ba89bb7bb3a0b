/** What belongs into the npm package, and what it weighs. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const WEB = fileURLToPath(new URL("..", import.meta.url));
const MOST_BYTES = 8 * 1024;
const MOST_LINES = 100;

/** Without npm there is no esbuild. */
const esbuild = await import("esbuild").catch(() => null);

describe("the package", () => {
  for (const [name, entry] of [["the client", "chat-client.js"], ["the client and the React hook", "react.js"], ["the client for React Native", "react-native.js"]]) {
    it(`weighs at most 8 KB minified and compressed: ${name}`, { skip: !esbuild && "npm has not installed esbuild: make env" }, async () => {
      const stdin = { contents: `export * from "./${entry}"; export * from "./chat-client.js";`, resolveDir: WEB };
      const options = { stdin, bundle: true, minify: true, format: "esm", external: ["react"], write: false };
      const { outputFiles } = await esbuild.build(options);
      const bytes = gzipSync(outputFiles[0].contents).length;
      assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
    });
  }

  it("has a React hook of at most a hundred lines", async () => {
    assert.ok((await readFile(`${WEB}/react.js`, "utf8")).split("\n").length - 1 <= MOST_LINES);
  });

  it("depends on nothing, and needs neither React nor the AI SDK", async () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(await readFile(`${WEB}/package.json`, "utf8"));
    assert.equal(dependencies, undefined);
    for (const peer of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[peer].optional, true);
  });
});
