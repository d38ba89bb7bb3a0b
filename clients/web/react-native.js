/**
 * The client on React Native, whose AbortController may be an older one, without reasons, `any` and `timeout`, and which has no
 * BroadcastChannel. What is missing is added as the standards say (https://dom.spec.whatwg.org/#interface-AbortSignal,
 * https://html.spec.whatwg.org/#broadcasting-to-other-browsing-contexts); what is there stays.
 */

const { AbortSignal, AbortController } = globalThis;

if (!("reason" in AbortSignal.prototype)) {
  const { abort } = AbortController.prototype;
  AbortController.prototype.abort = function (reason = named("AbortError", "The operation was aborted.")) {
    if (!this.signal.aborted) Object.defineProperty(this.signal, "reason", { value: reason });
    abort.call(this);
  };
}

AbortSignal.prototype.throwIfAborted ??= function () {
  if (this.aborted) throw this.reason;
};

AbortSignal.timeout ??= (ms) => {
  const late = new AbortController();
  setTimeout(() => late.abort(named("TimeoutError", "The operation timed out.")), ms);
  return late.signal;
};

AbortSignal.any ??= (signals) => {
  const any = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) any.abort(signal.reason);
    signal.addEventListener("abort", () => any.abort(signal.reason));
  }
  return any.signal;
};

/** All of an app. @type {Set<{name: string, onmessage?: (event: {data: unknown}) => void}>} */
const channels = new Set();

/** An app is one context, in which two watches of a chat, and a cancellation, tell each other. */
globalThis.BroadcastChannel ??= /** @type {any} */ (
  class {
    /** @param {string} name */
    constructor(name) {
      this.name = name;
      channels.add(this);
    }

    /** @param {unknown} data */
    postMessage(data) {
      for (const other of channels) {
        if (other !== this && other.name === this.name) setTimeout(() => channels.has(other) && other.onmessage?.({ data }));
      }
    }

    close() {
      channels.delete(this);
    }
  }
);

/** React Native has no DOMException. @param {string} name @param {string} message */
function named(name, message) {
  return Object.assign(new Error(message), { name });
}

export * from "./chat-client.js";
