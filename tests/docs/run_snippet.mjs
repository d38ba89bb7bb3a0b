/** Runs a snippet from standard input: node run_snippet.mjs [URL QUESTION]. Without a URL, against the fake service. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { MisbehavingService } from "../../clients/web/tests/misbehaving-service.js";

/** The entries of the package, as its sources; some projects copy the client's files instead. */
const sourceOf = (_, entry = "chat-client") => `"${new URL(`../../clients/web/${entry}.js`, import.meta.url).href}"`;
const [url, question] = process.argv.slice(2);
const shown = [];
Object.assign(globalThis, { token: "alice", session: { accessToken: "alice" }, show: (update) => shown.push(update) });

const service = await MisbehavingService.start();
const folder = await mkdtemp(join(tmpdir(), "async-chat-snippet-"));
try {
  service.willThink({ steps: ["Searching"] }, { status: "answered" });
  const file = join(folder, "snippet.mjs");
  const code = (await text(process.stdin)).replaceAll(/"(?:async-chat|\.)(?:\/([\w-]+?))?(?:\.js)?"/g, sourceOf).replaceAll("https://chat.example.com", service.url);
  await writeFile(file, code);
  const { ask } = await import(pathToFileURL(file).href);
  // A module of the app's does nothing until it is called.
  if (ask) await ask(question ?? "Where did I park the car?", { baseUrl: url ?? service.url, token: "alice", show: (update) => shown.push(update) });
  console.log(JSON.stringify({ shown, asked: service.asks.length }));
} finally {
  service.stop();
  await rm(folder, { recursive: true });
}
