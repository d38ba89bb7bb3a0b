/** The fake service for apps' tests; that it keeps the contract is clients/python/tests/test_fake_contract.py's to show. */

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { ChatBusy, TurnFailed, Unauthorized, Unreachable } from "../chat-client.js";
import { FakeService, answers, answersLost, hangs, unreachable } from "../testing.js";

const QUESTION = "Where did I park?";

describe("the fake service", () => {
  let service;
  let alice;

  beforeEach(() => {
    service = new FakeService();
    alice = service.client("alice");
  });

  it("answers as scripted, and at once without a script", async () => {
    service.nextTurns({ answer: "Level 3, bay 12.", citations: [{ memory_id: "m", quote: "bay 12" }] });
    const first = await (await alice.ask(QUESTION)).answer();
    assert.deepEqual([first.content, first.citations], ["Level 3, bay 12.", [{ memory_id: "m", quote: "bay 12" }]]);
    assert.equal((await (await alice.ask(QUESTION)).answer()).content, "An answer.");
    assert.equal(service.turnsRun, 2);
  });

  it("shows phase, steps and drafts at their time", async () => {
    let now = Date.now();
    service = new FakeService({ now: () => now });
    const hurried = service.client("alice", { fetch: (...call) => ((now += 25), service.fetch(...call)) });
    service.nextTurns({ queued: 0.05, steps: [[0.1, "Searching"]], drafts: [[0.15, "Level"], [0.2, "Level 3"]], seconds: 0.3 });
    const seen = { phase: new Set(), steps: new Set(), draft: new Set() };
    for await (const { phase, steps, draft } of (await hurried.ask(QUESTION)).updates()) {
      seen.phase.add(phase), seen.draft.add(draft), steps.forEach(({ text }) => seen.steps.add(text));
    }
    assert.deepEqual([...seen.phase], ["queued", "running", "done"]);
    assert.deepEqual([...seen.steps], ["Searching"]);
    assert.deepEqual([...seen.draft], [null, "Level", "Level 3"]);
  });

  it("lets a turn fail, which can be retried once", async () => {
    service.nextTurns({ fails: "agent_failed" }, { answer: "Bay 12." });
    const turn = await alice.ask(QUESTION);
    await assert.rejects(turn.answer(), (error) => error instanceof TurnFailed && error.code === "agent_failed");
    assert.equal((await (await turn.retry()).answer()).content, "Bay 12.");
  });

  it("lets an operator stop a turn, and answers be rated", async () => {
    service.nextTurns({ stopped: "Maintenance." });
    await assert.rejects((await alice.ask(QUESTION)).answer(), /Maintenance/);
    const turn = await alice.ask(QUESTION);
    const { message_id } = await turn.answer();
    await alice.rate(turn.chatId, message_id, -1, "It was bay 13.");
    assert.deepEqual((await alice.messages(turn.chatId)).messages.at(-1).feedback, { rating: -1, reason: "It was bay 13." });
  });

  it("fails a turn at its deadline", async () => {
    const time = { now: Date.now() };
    service = new FakeService({ now: () => time.now });
    service.nextTurns({ seconds: 100 });
    const turn = await service.client("alice").ask(QUESTION);
    time.now += 70_000;
    await assert.rejects(turn.answer(), { code: "timed_out" });
  });

  it("refuses a second question while it thinks, and stops", async () => {
    service.nextTurns({ seconds: 60 });
    const turn = await alice.ask(QUESTION);
    await assert.rejects(alice.ask("And now?", { chatId: turn.chatId }), ChatBusy);
    assert.equal(await turn.cancel(), "cancelled");
  });

  it("disturbs the next requests of a path, one each", async () => {
    service.disturb("/memories/chat", unreachable, answers(500), answersLost);
    service.disturb("/chats/messages", answers(200, "<h1>Welcome</h1>"));
    assert.equal((await (await alice.ask(QUESTION)).answer()).content, "An answer.");
    assert.equal(service.turnsRun, 1);
    assert.equal(service.requests.filter(({ url }) => url.endsWith("/memories/chat")).length, 4);
  });

  it("hangs until the client gives up", async () => {
    service.disturb("/chats", hangs);
    const hurried = service.client("alice", { callTimeoutMs: 10, repeatMs: 0 });
    await assert.rejects(hurried.chats(), Unreachable);
  });

  it("keeps users apart, and refuses an expired token", async () => {
    const { chatId } = await alice.ask(QUESTION);
    await assert.rejects(service.client("bob").messages(chatId), { code: "chat_forbidden" });
    await assert.rejects(service.client("expired").chats(), Unauthorized);
    assert.deepEqual((await service.client("bob").chats()).chats, []);
  });

  it("lists chats, marks them read and deletes them", async () => {
    const [one, other] = [await alice.ask("One?"), await alice.ask("Another?")];
    await one.answer();
    await alice.markRead(one.chatId);
    const { chats } = await alice.chats();
    assert.deepEqual(chats.map(({ title, unread }) => [title, unread]), [["Another?", true], ["One?", false]]);
    await alice.deleteChat(other.chatId);
    assert.deepEqual((await alice.chats()).chats.map(({ title }) => title), ["One?"]);
  });

  it("keeps, finds and forgets memories", async () => {
    const [parked] = await alice.remember(["I parked in bay 12.", { text: "Tea is in the tin.", occurred_at: "2026-08-05" }]);
    const found = await alice.memories({ search: "bay" });
    assert.deepEqual(found.memories.map(({ memory_id }) => memory_id), [parked]);
    await alice.forget(parked);
    assert.deepEqual((await alice.memories()).memories.map(({ day }) => day), ["2026-08-05"]);
  });
});
