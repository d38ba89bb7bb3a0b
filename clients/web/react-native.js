/**
 * The client on React Native, whose AbortController is an older one: it has no reasons, and neither `any` nor `timeout`. What is missing
 * is added as the DOM standard says (https://dom.spec.whatwg.org/#interface-AbortSignal); what is there stays.
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

/** React Native has no DOMException. @param {string} name @param {string} message */
function named(name, message) {
  return Object.assign(new Error(message), { name });
}

export * from "./chat-client.js";
