import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";

import {
  BudgetUsedUp,
  ServiceError,
  ChatBusy,
  ChatClient,
  ChatForbidden,
  ChatNotFound,
  QuestionMissing,
  Unreachable,
  UnreadableReply,
  Unauthorized,
  TooManyAsks,
  TooManyTurns,
  TurnCancelled,
  TurnFailed,
  StillThinking,
} from "../chat-client.js";
import { MisbehavingService, faults, problem } from "./misbehaving-service.js";

const ASK = "POST /memories/chat";
const POLL = "GET /chats/messages";
const HELD = "GET /chats/messages/held";

let service;
let chat;

beforeEach(async () => {
  service = await MisbehavingService.start();
  service.willThink({}, { status: "answered" });
  chat = new ChatClient({ baseUrl: service.url, token: "alice", callTimeoutMs: 150, repeatMs: 2_000 });
});

afterEach(() => service.stop());

const all = async (updates) => {
  const seen = [];
  for await (const update of updates) seen.push(update);
  return seen;
};

describe("asking", () => {
  it("gives the answer with one question and a token", async () => {
    const answer = await (await chat.ask("Where did I park?")).answer();
    assert.equal(answer.content, "Level 3, bay 12.");
    assert.equal(service.asks[0].headers.authorization, "Bearer alice");
    assert.equal(service.questions, 1);
  });

  it("passes on what the answer used, and null where the service tells nothing", async () => {
    const usage = { model: "some.model-v1:0", requests: 3, input_tokens: 6000, cached_tokens: 4100, output_tokens: 250 };
    service.willThink({ steps: ["Searching"] }, { status: "answered", usage });
    const seen = await all((await chat.ask("Where did I park?")).updates());
    assert.deepEqual(seen.map((update) => update.usage), [null, usage]);
  });

  it("shows steps, draft and end in order", async () => {
    service.willThink({ phase: "queued" }, { steps: ["Searching"] }, { steps: ["Searching"], draft: "Lev" }, { status: "answered" });
    const seen = await all((await chat.ask("Where did I park?")).updates());
    assert.deepEqual(seen.map((update) => update.phase), ["queued", "running", "running", "done"]);
    assert.deepEqual(seen.map((update) => update.draft), [null, null, "Lev", null]);
    assert.deepEqual(seen.at(-1).messages.map((message) => message.role), ["user", "assistant"]);
  });

  for (const [name, fault] of [
    ["is cut off before the service hears it", faults.cutBefore()],
    ["is cut off after the service heard it", faults.cutAfter()],
    ["never gets an answer", faults.hang()],
    ["meets a 500", faults.status(500)],
    ["meets a 503 of the gateway", faults.status(503)],
    ["is told to try again", problem(503, "try_again", { "Retry-After": "0" })],
    ["is throttled by the gateway", faults.status(429)],
    ["meets no free worker", problem(429, "at_capacity", { "Retry-After": "0" })],
    ["comes just before the next minute", problem(429, "too_many_asks", { "Retry-After": "0" })],
    ["comes just before the next day", problem(429, "budget_used_up", { "Retry-After": "0" })],
  ]) {
    it(`is repeated under the same key when it ${name}, and asks once`, async () => {
      service.willFail(ASK, fault, fault);
      const answer = await (await chat.ask("Where did I park?")).answer();
      assert.equal(answer.content, "Level 3, bay 12.");
      assert.equal(service.questions, 1);
      assert.equal(new Set(service.asks.map((ask) => ask.headers["idempotency-key"])).size, 1);
    });
  }

  it("uses a new key for each question", async () => {
    await (await chat.ask("Where did I park?")).answer();
    await chat.ask("And yesterday?", { chatId: "01CHAT" });
    assert.equal(service.questions, 2);
  });

  for (const [name, inDoubt, ...troubles] of [
    ["the answer is lost", true, faults.cutAfter()],
    ["no answer comes", true, faults.hang()],
    ["a proxy answers", true, faults.page()],
    ["the service is broken", true, faults.status(500)],
    ["it is refused after a lost answer", true, faults.cutAfter(), faults.status(401)],
    ["it is refused", false, problem(409, "chat_busy")],
    ["it is throttled", false, faults.status(429)],
  ]) {
    it(`leaves its key in the error when ${name}: ${inDoubt}`, async () => {
      const hasty = new ChatClient({ baseUrl: service.url, token: "alice", callTimeoutMs: 150, repeatMs: troubles.length > 1 ? 5_000 : 0 });
      service.willFail(ASK, ...troubles);
      const { idempotencyKey } = await hasty.ask("Where did I park?").catch((error) => error);
      assert.equal(service.asks.length, troubles.length);
      assert.equal(idempotencyKey, inDoubt ? service.asks[0].headers["idempotency-key"] : undefined);
    });
  }

  it("is one turn when asked again under the error's key", async () => {
    const hasty = new ChatClient({ baseUrl: service.url, token: "alice", callTimeoutMs: 150, repeatMs: 0 });
    service.willFail(ASK, faults.cutAfter());
    const { idempotencyKey } = await hasty.ask("Where did I park?").catch((error) => error);
    await (await hasty.ask("Where did I park?", { idempotencyKey })).answer();
    assert.equal(service.questions, 1);
  });

  it("gives up after repeatMs when the service stays unreachable", async () => {
    chat = new ChatClient({ baseUrl: service.url, repeatMs: 200 });
    service.willFail(ASK, ...Array(9).fill(faults.cutBefore()));
    // The words of the runtime, such as "Failed to fetch", are for its cause only.
    const told = { name: "Unreachable", message: "The service cannot be reached." };
    await assert.rejects(chat.ask("Where did I park?"), told);
    await assert.rejects(chat.ask("Where did I park?"), ({ cause }) => cause instanceof TypeError);
  });

  for (const [status, code, kind] of [
    [400, "question_missing", QuestionMissing],
    [403, "chat_forbidden", ChatForbidden],
    [404, "chat_not_found", ChatNotFound],
    [409, "chat_busy", ChatBusy],
    [429, "too_many_turns", TooManyTurns],
    [418, "of_the_future", ServiceError],
  ]) {
    it(`reports ${code} without a retry`, async () => {
      service.willFail(ASK, problem(status, code, { "Retry-After": "3" }));
      const expected = { name: kind.name, code, status, requestId: "r-1", retryAfterMs: 3000, message: `about ${code}` };
      await assert.rejects(chat.ask("?"), expected);
      assert.equal(service.asks.length, 1);
    });
  }

  it("names the parts of the request that are at fault", async () => {
    const errors = [{ detail: "Too long.", pointer: "#/question" }];
    service.willFail(ASK, faults.status(400, { code: "invalid_request", detail: "Too long.", errors }));
    await assert.rejects(chat.ask("?"), { code: "invalid_request", faults: errors });
  });

  for (const [code, kind, seconds] of [
    ["too_many_asks", TooManyAsks, 45],
    ["budget_used_up", BudgetUsedUp, 86_399],
  ]) {
    it(`reports ${code} at once when it lasts longer than a call is repeated`, async () => {
      service.willFail(ASK, problem(429, code, { "Retry-After": String(seconds) }));
      await assert.rejects(chat.ask("?"), { name: kind.name, code, retryAfterMs: seconds * 1000 });
      assert.equal(service.asks.length, 1);
    });
  }

  it("reports a 401 of API Gateway as Unauthorized", async () => {
    service.willFail(ASK, faults.status(401, { message: "Unauthorized" }));
    await assert.rejects(chat.ask("?"), Unauthorized);
  });

  it("calls the token function for every request", async () => {
    let count = 0;
    chat = new ChatClient({ baseUrl: service.url, token: async () => `token-${++count}` });
    await (await chat.ask("Where did I park?")).answer();
    assert.equal(new Set(service.requests.map((request) => request.headers.authorization)).size, service.requests.length);
  });
});

describe("watching", () => {
  it("waits for the hint before the first poll", async () => {
    service.willFail(ASK, faults.status(200, { chat_id: "01CHAT", status: "thinking" }, { "Retry-After": "1" }));
    const turn = await chat.ask("Where did I park?");
    const asked = performance.now();
    await assert.rejects(turn.updates({ timeoutMs: 900 }).next(), StillThinking);
    assert.ok(performance.now() - asked >= 890);
    assert.equal(service.polls.length, 0);
  });

  it("waits for each poll's hint, never less", async () => {
    service.willThink({ hintMs: 120, draft: "a" }, { hintMs: 10, draft: "b" }, { hintMs: 80, draft: "c" }, { status: "answered" });
    await (await chat.ask("Where did I park?")).answer();
    const gaps = service.polls.slice(1).map((poll, index) => poll.at - service.polls[index].at);
    [120, 10, 80].forEach((hint, index) => assert.ok(gaps[index] >= hint - 1, `${gaps[index]} < ${hint}`));
  });

  it("does not poll in a tight loop when the hint is 0", async () => {
    service.willThink({ hintMs: 0 });
    await assert.rejects((await chat.ask("Where did I park?")).answer({ timeoutMs: 300 }), StillThinking);
    assert.ok(service.polls.length <= 3, `${service.polls.length} polls`);
  });

  it("polls with cursor and ETag, and gets a 304 when nothing is new", async () => {
    service.willThink({}, {}, {}, {}, { status: "answered" });
    const seen = await all((await chat.ask("Where did I park?")).updates());
    const [first, ...others] = service.polls;
    assert.equal(first.query.get("after"), null);
    assert.ok(others.every((poll) => poll.query.get("after") === "01M00000"));
    assert.ok(others.slice(1).every((poll) => poll.headers["if-none-match"]));
    assert.ok(seen.length < service.polls.length, "a 304 is no news");
  });

  for (const [name, fault] of [
    ["500s", faults.status(500)],
    ["cut connections", faults.cutBefore()],
    ["silence", faults.hang()],
    ["pages of a wireless network", faults.page()],
    ["throttling", faults.status(429)],
  ]) {
    it(`survives ${name}, and reports the outage`, async () => {
      service.willThink({ draft: "Lev" }, { status: "answered" });
      const turn = await chat.ask("Where did I park?");
      const updates = turn.updates();
      await updates.next();
      service.willFail(POLL, fault, fault);
      const seen = await all(updates);
      assert.ok(seen[0].outage, "the outage shows");
      assert.equal(seen[0].draft, "Lev", "what was known stays");
      assert.equal(seen.at(-1).status, "answered");
      assert.equal(seen.at(-1).outage, null);
    });
  }

  it("waits for a slow response", async () => {
    service.willFail(POLL, faults.slow(100), faults.slow(100));
    assert.ok(await (await chat.ask("Where did I park?")).answer());
  });

  it("gives up when polls fail for outageMs", async () => {
    service.willFail(POLL, ...Array(20).fill(faults.cutBefore()));
    const turn = await chat.ask("Where did I park?");
    await assert.rejects(turn.answer({ outageMs: 300 }), Unreachable);
  });

  it("gives up after timeoutMs", async () => {
    service.willThink({});
    const turn = await chat.ask("Where did I park?");
    await assert.rejects(turn.answer({ timeoutMs: 200 }), StillThinking);
  });

  for (const [status, code, kind] of [
    [401, "unauthorized", Unauthorized],
    [403, "chat_forbidden", ChatForbidden],
    [404, "chat_not_found", ChatNotFound],
  ]) {
    it(`stops at once on ${status}`, async () => {
      service.willFail(POLL, problem(status, code));
      const turn = await chat.ask("Where did I park?");
      await assert.rejects(turn.answer(), kind);
      assert.equal(service.polls.length, 1);
    });
  }

  it("stops polling when the loop is left", async () => {
    service.willThink({ draft: "a" }, { draft: "b" }, { draft: "c" });
    for await (const _ of (await chat.ask("Where did I park?")).updates()) break;
    const polls = service.polls.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(service.polls.length, polls);
  });

  it("stops when its signal aborts", async () => {
    service.willThink({});
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(new Error("left")), 80);
    await assert.rejects((await chat.ask("?")).answer({ signal: leaving.signal }), { message: "left" });
  });

  it("counts the elapsed time by the service's clock when that is an hour off", async () => {
    service.clockOffMs = -3_600_000;
    const [update] = await all((await chat.ask("Where did I park?")).updates());
    assert.ok(update.elapsedMs < 3_000, `${update.elapsedMs}`);
  });

  it("shares the polling of one chat among watchers", async () => {
    const ms = 400;
    const turn = await chat.ask("Where did I park?");
    service.willThinkFor(ms);
    const answers = await Promise.all([turn.answer(), chat.resume("01CHAT").answer(), chat.resume("01CHAT").answer()]);
    assert.deepEqual(answers.map((answer) => answer.content), Array(3).fill("Level 3, bay 12."));
    const ofOne = ms / service.hintMs;
    assert.ok(service.polls.length < 1.5 * ofOne, `${service.polls.length} polls`);
  });
});

describe("held polls", () => {
  beforeEach(() => (service.holds = 20));

  it("follow the first poll, and show each step as it comes", async () => {
    service.willThink({}, { steps: ["Searching"] }, { steps: ["Searching"], draft: "Lev" }, { status: "answered" });
    const seen = await all((await chat.ask("Where did I park?")).updates());
    assert.deepEqual(seen.map(({ steps, draft, status }) => [steps.length, draft, status]),
      [[0, null, "thinking"], [1, null, "thinking"], [1, "Lev", "thinking"], [0, null, "answered"]]);
    assert.deepEqual([service.polls.length, service.heldPolls.length], [1, 3]);
    assert.equal(service.polls[0].query.get("wait"), "20");
    assert.ok(service.heldPolls.every((poll) => poll.query.get("wait") === "20" && poll.query.get("after") === "01M00000"));
  });

  it("are held again after a 304 that says so, though the page before was not", async () => {
    service.willThink({}, {}, {}, { status: "answered" });
    const seen = await all((await chat.ask("Where did I park?")).updates());
    assert.ok(service.heldPolls.slice(1).every((poll) => poll.headers["if-none-match"]));
    assert.deepEqual([service.polls.length, service.heldPolls.length, seen.length], [1, 3, 3]);
  });

  it("may last longer than other calls", async () => {
    service.heldMs = 400; // callTimeoutMs is 150
    assert.ok(await (await chat.ask("Where did I park?")).answer());
    assert.deepEqual([service.polls.length, service.heldPolls.length], [1, 1]);
  });

  it("begin a quarter of a second apart, though each is answered at once", async () => {
    service.heldMs = 0;
    service.willThink({});
    await assert.rejects((await chat.ask("?")).answer({ timeoutMs: 600 }), StillThinking);
    assert.ok(service.heldPolls.length <= 3, `${service.heldPolls.length}`);
  });

  for (const [name, fault] of [
    ["throttled", faults.status(429)],
    ["met by no free function", faults.status(503)],
    ["unknown to an older service", problem(404, "route_not_found")],
    ["cut off", faults.cutBefore()],
    ["answered by a proxy", faults.page()],
  ]) {
    it(`are plain without \`wait\` from then on when one is ${name}`, async () => {
      service.willFail(HELD, fault);
      service.willThink({}, { steps: ["Searching"] }, { status: "answered" });
      const seen = await all((await chat.ask("Where did I park?")).updates());
      assert.deepEqual(seen.map(({ outage }) => outage), [null, null, null]);
      assert.deepEqual(service.polls.map((poll) => poll.query.get("wait")), ["20", null, null]);
      assert.equal(service.heldPolls.length, 1);
    });
  }

  it("are held again by the next turn", async () => {
    service.willFail(HELD, faults.status(503));
    await (await chat.ask("Where did I park?")).answer();
    await (await chat.ask("And the bicycle?", { chatId: "01CHAT", after: "01M00001" })).answer().catch(() => {});
    assert.equal(service.polls.at(-1).query.get("wait"), "20");
  });

  for (const [status, code, kind] of [[401, "unauthorized", Unauthorized], [403, "chat_forbidden", ChatForbidden], [404, "chat_not_found", ChatNotFound]]) {
    it(`stop the watch on ${code}`, async () => {
      service.willFail(HELD, problem(status, code));
      await assert.rejects((await chat.ask("?")).answer(), kind);
      assert.equal(service.polls.length, 1);
    });
  }

  it("are not asked for with {hold: false}, nor told to a service that knows none", async () => {
    const plain = new ChatClient({ baseUrl: service.url, token: "alice", hold: false });
    await (await plain.ask("Where did I park?")).answer();
    assert.deepEqual([service.heldPolls.length, service.polls[0].query.get("wait")], [0, null]);
    service.holds = 0;
    service.willThink({}, {}, {}, { status: "answered" });
    await (await chat.ask("And the bicycle?", { chatId: "01CHAT", after: "01M00001" })).answer();
    assert.equal(service.heldPolls.length, 0);
  });

  const holding = async () => {
    service.heldMs = 60_000;
    service.willThink({});
    const turn = await chat.ask("Where did I park?");
    const rest = all(turn.updates({ timeoutMs: 10_000 })).catch((error) => error);
    while (!service.held.size) await new Promise((resolve) => setTimeout(resolve, 5));
    return { turn, rest };
  };
  const released = async () => {
    while (service.held.size) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it("are cut by a stop", async () => {
    const { turn, rest } = await holding();
    service.willFail("POST /chats/01CHAT/cancel", faults.status(200, { chat_id: "01CHAT", status: "cancelled" }));
    await turn.cancel();
    assert.equal((await rest).at(-1).status, "cancelled");
    await released();
  });

  it("are cut by a stop that came too late, and the answer is fetched", async () => {
    const { turn, rest } = await holding();
    service.script = [{ status: "answered" }]; // of which the held poll hears nothing
    await turn.cancel();
    assert.equal((await rest).at(-1).messages.at(-1).content, "Level 3, bay 12.");
    await released();
  });

  it("are cut when the connection is known to be lost, and polls are plain at once", async () => {
    const window = new EventTarget();
    [globalThis.addEventListener, globalThis.removeEventListener] = [window.addEventListener.bind(window), () => {}];
    try {
      const { rest } = await holding();
      service.script = [{ status: "answered" }];
      window.dispatchEvent(new Event("offline"));
      assert.equal((await rest).at(-1).status, "answered");
      assert.equal(service.polls.length, 2);
      await released();
    } finally {
      delete globalThis.addEventListener;
      delete globalThis.removeEventListener;
    }
  });
});

describe("how a turn ends", () => {
  it("fails with the service's code and sentence", async () => {
    service.willThink({ status: "failed", error: { code: "timed_out", message: "The answer took too long." } });
    const turn = await chat.ask("Where did I park?");
    const expected = { name: TurnFailed.name, code: "timed_out", message: "The answer took too long." };
    await assert.rejects(turn.answer(), expected);
  });

  it("is run again by retry", async () => {
    service.willThink({ status: "failed", error: { code: "timed_out", message: "Too long." } });
    const turn = await chat.ask("Where did I park?");
    await assert.rejects(turn.answer());
    assert.equal((await (await turn.retry()).answer()).content, "Level 3, bay 12.");
    assert.equal(service.questions, 1);
  });

  it("is run again once when the retry's response is lost", async () => {
    service.willThink({ status: "cancelled" });
    const turn = await chat.ask("Where did I park?");
    service.willFail("POST /chats/01CHAT/retry", faults.cutAfter());
    const again = await turn.retry();
    assert.equal(service.retries, 2, "the second one was told that the first is running");
    assert.ok(await again.answer());
  });

  it("ends with what the agent asks, and the answer names it", async () => {
    const input = { id: "01M00009", question: "Which Anna?", choices: ["Anna B.", "Anna K."], expires_at: "2026-11-24T12:00:00.000Z" };
    service.willThink({ status: "needs_input", input });
    const turn = await chat.ask("When is the birthday of Anna?");
    await assert.rejects(turn.answer(), { name: "InputNeeded", message: "Which Anna?", input });
    service.willThink({ status: "answered" });
    await chat.ask("Anna K.", { chatId: turn.chatId, answers: input.id });
    const asked = service.requests.filter(({ path }) => path === "/memories/chat").map(({ body }) => body.answers);
    assert.deepEqual(asked, [undefined, input.id]);
  });

  it("ends with a status that it does not know", async () => {
    service.willThink({ status: "postponed" });
    const updates = await all((await chat.ask("Where did I park?")).updates());
    assert.equal(updates.at(-1).status, "postponed");
  });

  it("is stopped by an operator, who says why", async () => {
    service.willThink({ status: "cancelled", reason: "Maintenance." });
    const turn = await chat.ask("Where did I park?");
    await assert.rejects(turn.answer(), { name: "TurnCancelled", reason: "Maintenance.", message: "The turn was stopped: Maintenance." });
  });

  it("is cancelled, and the watcher sees it", async () => {
    service.willThink({});
    const turn = await chat.ask("Where did I park?");
    const watched = turn.answer();
    assert.equal(await turn.cancel(), "cancelled");
    await assert.rejects(watched, TurnCancelled);
  });

  for (const [name, ended, polls, canceller] of [
    ["in the next poll's long sleep", "cancelled", 1, (turn) => turn],
    ["by another turn object, as in another tab", "cancelled", 1, () => chat.resume("01CHAT")],
    ["after the answer, which is fetched at once", "answered", 2, (turn) => turn],
  ]) {
    it(`is cancelled ${name}`, async () => {
      service.willThink({ hintMs: 14_000 });
      const turn = await chat.ask("Where did I park?");
      const updates = turn.updates({ timeoutMs: 10_000 });
      assert.equal((await updates.next()).value.status, "thinking");
      const rest = all(updates);
      if (ended === "answered") service.willAnswer();
      assert.equal(await canceller(turn).cancel(), ended);
      assert.deepEqual((await rest).map(({ status, phase }) => [status, phase]), [[ended, "done"]]);
      assert.equal(service.polls.length, polls);
    });
  }

  it("is cancelled before the first poll", async () => {
    service.willThink({});
    service.willFail(ASK, faults.status(200, { chat_id: "01CHAT", status: "thinking" }, { "Retry-After": "14" }));
    const turn = await chat.ask("Where did I park?");
    const rest = all(turn.updates({ timeoutMs: 10_000 }));
    await turn.cancel();
    const [{ status, messages, steps, elapsedMs }] = await rest;
    assert.deepEqual({ status, messages, steps }, { status: "cancelled", messages: [], steps: [] });
    assert.ok(elapsedMs < 1_000, `${elapsedMs}`);
    assert.equal(service.polls.length, 0);
  });

  it("goes on when the cancellation is refused", async () => {
    service.willThink({ hintMs: 200 }, { status: "answered" });
    service.willFail("POST /chats/01CHAT/cancel", problem(403, "chat_forbidden"));
    const turn = await new ChatClient({ baseUrl: service.url, token: "alice" }).ask("Where did I park?");
    const rest = all(turn.updates());
    await assert.rejects(turn.cancel(), ChatForbidden);
    assert.equal((await rest).at(-1).status, "answered");
  });

  it("is found after a reload", async () => {
    await chat.ask("Where did I park?");
    assert.equal((await chat.resume("01CHAT").answer()).content, "Level 3, bay 12.");
  });

  it("gives the answer to a watch that begins after it", async () => {
    await (await chat.ask("Where did I park?")).answer();
    assert.equal((await chat.resume("01CHAT", { after: "01M00001" }).answer()).role, "assistant");
  });
});

describe("other calls", () => {
  it("treats a deletion with a lost response as done", async () => {
    service.willFail("DELETE /chats/01CHAT", faults.cutAfter());
    await chat.deleteChat("01CHAT");
    assert.ok(service.deleted);
  });

  it("reports the deletion of an unknown chat", async () => {
    service.deleted = true;
    await assert.rejects(chat.deleteChat("01CHAT"), ChatNotFound);
  });

  it("repeats remember after a lost response, with the same key", async () => {
    service.willFail("POST /memories", faults.cutAfter());
    await chat.remember("The key is under the pot.");
    const keys = service.requests.map((request) => request.headers["idempotency-key"]);
    assert.equal(keys.length, 2);
    assert.ok(keys[0]);
    assert.equal(keys[0], keys[1]);
  });

  it("stores a memory once that is sent again under the error's key", async () => {
    const hasty = new ChatClient({ baseUrl: service.url, token: "alice", callTimeoutMs: 150, repeatMs: 0 });
    service.willFail("POST /memories", faults.cutAfter());
    const { idempotencyKey } = await hasty.remember("The key is under the pot.").catch((error) => error);
    await hasty.remember("The key is under the pot.", { idempotencyKey });
    const [first, again] = service.requests.map((request) => request.headers["idempotency-key"]);
    assert.equal(first, again);
    assert.equal(idempotencyKey, first);
    });

  it("sends the time zone with questions, memories and searches", async () => {
    const inBerlin = new ChatClient({ baseUrl: service.url, token: "alice", timeZone: "Europe/Berlin" });
    await inBerlin.ask("What did I do today?");
    await inBerlin.remember(["One", { text: "Two", occurred_at: "2026-08-05" }, { text: "Three", time_zone: "Asia/Tokyo" }]);
    await inBerlin.memories({ search: "yesterday" });
    await inBerlin.memories();
    const [asked, stored, searched, listed] = service.requests;
    assert.equal(asked.body.time_zone, "Europe/Berlin");
    const zones = stored.body.memories.map((memory) => memory.time_zone);
    assert.deepEqual(zones, ["Europe/Berlin", "Europe/Berlin", "Asia/Tokyo"]);
    assert.deepEqual([searched, listed].map(({ query }) => query.get("time_zone")), ["Europe/Berlin", null]);
  });

  it("remembers a text, a memory or many", async () => {
    await chat.remember("One");
    await chat.remember({ text: "Two", tags: ["home"] });
    await chat.remember([{ text: "Three" }]);
    const bodies = service.requests.map((request) => request.body);
    assert.deepEqual(bodies, [{ text: "One" }, { text: "Two", tags: ["home"] }, { memories: [{ text: "Three" }] }]);
  });
});

const ODD = JSON.parse(readFileSync(new URL("odd-ids.json", import.meta.url), "utf8"));

describe("ids", () => {
  const calls = {
    deleteChat: ["DELETE /v1/chats/ID", (chat, id) => chat.deleteChat(id)],
    markRead: ["POST /v1/chats/ID/read", (chat, id) => chat.markRead(id)],
    rate: ["PUT /v1/chats/ID/messages/01A/feedback", (chat, id) => chat.rate(id, "01A", 1)],
    "rate, the answer": ["PUT /v1/chats/01C/messages/ID/feedback", (chat, id) => chat.rate("01C", id, 1)],
    forget: ["DELETE /v1/memories/ID", (chat, id) => chat.forget(id)],
    cancel: ["POST /v1/chats/ID/cancel", (chat, id) => chat.resume(id).cancel()],
    retry: ["POST /v1/chats/ID/retry", (chat, id) => chat.resume(id).retry()],
  };
  const linesOf = async (call, id) => {
    const lines = [];
    const fetch = async (url, { method }) => (lines.push(`${method} ${new URL(url).pathname}${new URL(url).search}`), new Response("{}", { status: 418 }));
    const client = new ChatClient({ baseUrl: "https://chat.test/v1", token: "t", fetch });
    await call(client, id).catch((error) => assert.ok(error instanceof ServiceError, error));
    return lines;
  };

  for (const [name, [line, call]] of Object.entries(calls)) {
    it(`of ${name} are one segment of the path, whatever they are`, async () => {
      const [before, after] = line.split("ID");
      for (const id of ODD["one segment"]) {
        const [sent] = await linesOf(call, id);
        assert.ok(sent.startsWith(before) && sent.endsWith(after), sent);
        const segment = sent.slice(before.length, sent.length - after.length);
        assert.doesNotMatch(segment, /[/?#\\]/);
        assert.equal(decodeURIComponent(segment), id);
      }
    });

    it(`of ${name} that can be none are refused without a request`, async () => {
      for (const id of [...ODD.refused, "\ud800", undefined, null, 7, {}]) {
        const lines = [];
        const client = new ChatClient({ baseUrl: "https://chat.test/v1", fetch: async (url) => lines.push(url) });
        await assert.rejects(call(client, id), TypeError);
        assert.deepEqual(lines, []);
      }
    });
  }
});

describe("a service that is not encrypted", () => {
  for (const url of ["http://chat.example", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "http://10.0.0.1", "http://0.0.0.0", "http://localhost.evil.example", "ftp://127.0.0.1", "data:,x"]) {
    it(`is refused: ${url}`, () => assert.throws(() => new ChatClient({ baseUrl: url, token: "t" }), TypeError));
  }
  for (const url of ["https://chat.example", "http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "http://a.localhost:1", "http://2130706433"]) {
    it(`is taken where it is encrypted or on this machine: ${url}`, () => assert.ok(new ChatClient({ baseUrl: url, token: "t" })));
  }
});

describe("a success that is not the service's", () => {
  const foreign = [null, "", [], {}, "a page", 7, true, { chat_id: 7, messages: {}, chats: {}, memories: [null], memory_ids: [7], status: "of tomorrow" }];
  const calls = {
    ask: (client) => client.ask("?"),
    messages: (client) => client.messages("01CHAT"),
    chats: (client) => client.chats(),
    memories: (client) => client.memories(),
    remember: (client) => client.remember("x"),
    cancel: (client) => client.resume("01CHAT").cancel(),
    retry: (client) => client.resume("01CHAT").retry(),
    answer: (client) => client.resume("01CHAT").answer({ outageMs: 0 }),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`is UnreadableReply for ${name}`, async () => {
      for (const body of foreign) {
        const fetch = async () => new Response(body === null ? null : JSON.stringify(body), { status: 200 });
        const client = new ChatClient({ baseUrl: "https://chat.test", fetch, repeatMs: 0 });
        await assert.rejects(call(client), UnreadableReply, JSON.stringify(body));
      }
    });
  }

  it("is Unreachable for a page of HTML, also where no body is expected", async () => {
    const fetch = async () => new Response("<html>Sign in to the network", { status: 200 });
    const client = new ChatClient({ baseUrl: "https://chat.test", fetch, repeatMs: 0 });
    for (const call of [...Object.values(calls), (one) => one.deleteChat("01CHAT"), (one) => one.markRead("01CHAT"), (one) => one.forget("01M")]) {
      await assert.rejects(call(client), Unreachable);
    }
  });

  it("is polled again", async () => {
    const turn = await chat.ask("Where did I park?");
    service.willFail(POLL, faults.status(200), faults.status(204), faults.status(304), faults.status(200, { messages: [] }));
    assert.equal((await turn.answer()).content, "Level 3, bay 12.");
  });

  it("is asked again under the same key", async () => {
    service.willFail(ASK, faults.status(200), faults.status(200, { status: "thinking" }));
    assert.equal((await (await chat.ask("Where did I park?")).answer()).content, "Level 3, bay 12.");
    assert.equal(new Set(service.asks.map((ask) => ask.headers["idempotency-key"])).size, 1);
  });
});
