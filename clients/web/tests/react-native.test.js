/** The client where only fetch, URL and React Native's older AbortController exist. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

/** As React Native has it, of the package abort-controller 3: no reasons, `any`, `timeout` or `throwIfAborted`. */
class AbortSignal extends EventTarget {
  aborted = false;
}
class AbortController {
  signal = new AbortSignal();
  abort() {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.dispatchEvent(new Event("abort"));
  }
}

describe("React Native", async () => {
  const own = Object.getOwnPropertyDescriptors(globalThis);
  for (const name of ["crypto", "navigator", "BroadcastChannel", "structuredClone", "DOMException", "addEventListener"]) {
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  }
  Object.assign(globalThis, { AbortSignal, AbortController });
  const { ChatClient, TurnCancelled, TurnFailed, StillThinking, Unreachable } = await import("../react-native.js");
  const { FakeService, hangs } = await import("../testing.js");

  /** Node's Request takes no other AbortSignal than its own: the fake service gets what React Native's fetch sends. */
  const service = new FakeService();
  const fetch = (url, { signal, ...sent }) =>
    Promise.race([service.fetch(url, sent), new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))]);
  const client = (options) => new ChatClient({ baseUrl: service.url, token: "alice", fetch, callTimeoutMs: 500, ...options });

  it("lacks what it lacks", () => assert.deepEqual([own.crypto !== undefined, globalThis.crypto, globalThis.navigator], [true, undefined, undefined]));

  it("asks, watches and stops", async () => {
    service.nextTurns({ seconds: 0.1, answer: "Bay 12." }, { seconds: 60 }, { fails: "agent_failed" });
    const turn = await client().ask("Where did I park?");
    assert.equal((await turn.answer()).content, "Bay 12.");
    service.hint({ pollAfterMs: 60_000 });
    const long = await client().ask("And now?");
    const watched = assert.rejects(long.answer(), TurnCancelled);
    await new Promise((later) => setTimeout(later, 50));
    assert.equal(await long.cancel(), "cancelled");
    await watched;
    service.hint({});
    await assert.rejects((await client().ask("And then?")).answer(), TurnFailed);
  });

  it("gives up when its own time, a call's or the caller's is over", async () => {
    service.nextTurns({ seconds: 60 });
    const turn = await client().ask("Where did I park?");
    await assert.rejects(turn.answer({ timeoutMs: 50 }), StillThinking);
    service.disturb("/chats", hangs);
    await assert.rejects(client({ callTimeoutMs: 20, repeatMs: 0 }).chats(), Unreachable);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("left the screen")), 20);
    await assert.rejects(turn.answer({ signal: stop.signal }), /left the screen/);
  });
});
