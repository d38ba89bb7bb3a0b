/** What `useChat` of the AI SDK makes of the transport's chunks: read by the AI SDK's own reader. */

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { AsyncChatTransport, uiMessages } from "../ai-sdk.js";
import { FakeService } from "../testing.js";

/** Without npm there is no AI SDK. */
const sdk = await import("ai").catch(() => null);
/** What `useChat` keeps its state in. */
const { Chat } = await import("@ai-sdk/react").catch(() => ({}));
const cited = { memory_id: "m-1", quote: "bay 12" };

describe("the AI SDK's transport", { skip: !sdk && "npm has not installed the AI SDK: make env" }, () => {
  let service;
  let alice;
  let chats;

  /** The clock advances by 25 ms with each request, so that a poll on a busy machine skips nothing. */
  beforeEach(() => {
    let now = Date.now();
    service = new FakeService({ now: () => now });
    alice = service.client("alice", { fetch: (...call) => ((now += 25), service.fetch(...call)) });
    chats = [];
  });

  const transport = (chatId) => new AsyncChatTransport({ client: alice, chatId, onChat: (id) => chats.push(id) });

  const asked = (text, signal) => ({
    trigger: "submit-message",
    chatId: "the AI SDK's",
    messageId: undefined,
    messages: [{ id: "1", role: "user", parts: [{ type: "text", text }] }],
    abortSignal: signal,
  });

  /** The messages as they grow; the last is complete. */
  async function shown(stream, onError = assert.fail) {
    const seen = [];
    for await (const message of sdk.readUIMessageStream({ stream, onError })) seen.push(structuredClone(message));
    return seen;
  }

  const textOf = (message) => message.parts.filter(({ type }) => type === "text").map(({ text }) => text).join("");

  it("gives steps as data, the growing draft as text, and citations as sources", async () => {
    service.nextTurns({
      steps: [[0.05, "Searching"]], drafts: [[0.1, "Level"], [0.2, "Level 3"]], seconds: 0.3, answer: "Level 3, bay 12.", citations: [cited],
    });
    const seen = await shown(await transport().sendMessages(asked("Where did I park?")));
    assert.deepEqual([...new Set(seen.map(textOf))], ["", "Level", "Level 3", "Level 3, bay 12."]);
    const parts = seen.at(-1).parts.filter(({ type }) => type !== "step-start");
    assert.deepEqual(parts.map(({ type }) => type), ["data-step", "text", "source-document"]);
    assert.equal(parts[0].data.text, "Searching");
    assert.deepEqual([parts[2].sourceId, parts[2].title], ["m-1", "bay 12"]);
  });

  it("takes back a draft that the agent has begun anew, and keeps the steps", async () => {
    service.nextTurns({ steps: [[0, "Searching"]], drafts: [[0.05, "Let me look"], [0.15, "Bay"]], seconds: 0.25, answer: "Bay 12." });
    const seen = await shown(await transport().sendMessages(asked("Where did I park?")));
    assert.equal(textOf(seen.at(-1)), "Bay 12.");
    assert.ok(seen.some((message) => textOf(message) === "Let me look"));
    assert.equal(seen.at(-1).parts.filter(({ type }) => type === "data-step").length, 1);
  });

  it("asks on in the chat that the first question began, and tells its id", async () => {
    const chat = transport();
    await shown(await chat.sendMessages(asked("Where did I park?")));
    await shown(await chat.sendMessages(asked("And before?")));
    assert.deepEqual(chats, [chat.chatId]);
    const { messages } = await alice.messages(chat.chatId);
    assert.deepEqual(uiMessages(messages).map(({ role }) => role), ["user", "assistant", "user", "assistant"]);
  });

  it("stops the turn itself, not only the stream", async () => {
    service.nextTurns({ seconds: 60 });
    const stop = new AbortController();
    const chat = transport();
    setTimeout(() => stop.abort(), 50);
    await shown(await chat.sendMessages(asked("Where did I park?", stop.signal)));
    assert.equal((await alice.messages(chat.chatId)).status, "cancelled");
  });

  it("resumes a turn after a reload, and nothing when none runs", async () => {
    service.nextTurns({ drafts: [[0, "Level 3"]], seconds: 0.2, answer: "Level 3, bay 12." });
    const { chatId } = await alice.ask("Where did I park?");
    const reloaded = transport(chatId);
    const seen = await shown(await reloaded.reconnectToStream({ chatId: "the AI SDK's" }));
    assert.equal(textOf(seen.at(-1)), "Level 3, bay 12.");
    assert.equal(await reloaded.reconnectToStream({ chatId: "the AI SDK's" }), null);
    assert.equal(await transport().reconnectToStream({ chatId: "the AI SDK's" }), null);
  });

  it("carries useChat's own chat: ask, stop, regenerate, and resume after a reload", async () => {
    service.nextTurns({ seconds: 60 }, { answer: "Bay 12." }, { drafts: [[0, "Let"]], seconds: 0.3, answer: "Level 3." });
    const own = transport();
    const chat = new Chat({ transport: own });
    const asking = chat.sendMessage({ text: "Where did I park?" });
    while (!own.chatId) await new Promise((soon) => setTimeout(soon, 5));
    await chat.stop();
    await asking;
    await chat.regenerate();
    assert.deepEqual([chat.status, textOf(chat.messages.at(-1))], ["ready", "Bay 12."]);

    await alice.ask("Which level?", { chatId: own.chatId });
    const { messages } = await alice.messages(own.chatId);
    const reloaded = new Chat({ transport: transport(own.chatId), messages: uiMessages(messages) });
    await reloaded.resumeStream();
    assert.deepEqual(reloaded.messages.map(textOf), ["Where did I park?", "Bay 12.", "Which level?", "Level 3."]);
  });

  it("tells a failure, and runs the turn again", async () => {
    service.nextTurns({ fails: "agent_failed" }, { answer: "Bay 12." });
    const errors = [];
    const chat = transport();
    await shown(await chat.sendMessages(asked("Where did I park?")), (error) => errors.push(error.message));
    assert.deepEqual(errors, ["The question could not be answered. Try again."]);
    const again = await shown(await chat.sendMessages({ ...asked(""), trigger: "regenerate-message" }));
    assert.equal(textOf(again.at(-1)), "Bay 12.");
    assert.equal(service.turnsRun, 2);
  });
});
