/** A call that waits for the connection. */

import { Unreachable } from "../chat-errors.js";

/**
 * Make the call when the browser is online, and again whenever the connection is lost before its reply came: only for a
 * call that has the same effect however often it is made. Rejects with the call's error, or with the reason of `signal`.
 * @template Reply
 * @param {(signal: AbortSignal) => Promise<Reply>} call
 * @param {(offline: boolean) => void} tell told before each wait, and after it
 * @param {AbortSignal} signal
 * @returns {Promise<Reply>}
 */
export async function whenOnline(call, tell, signal) {
  while (true) {
    if (!navigator.onLine) await connection(tell, signal);
    const lost = new AbortController();
    addEventListener("offline", () => lost.abort(), { signal: lost.signal });
    try {
      return await call(AbortSignal.any([signal, lost.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (!lost.signal.aborted && (navigator.onLine || !(error instanceof Unreachable))) throw error;
    } finally {
      lost.abort();
    }
  }
}

/** @param {(offline: boolean) => void} tell @param {AbortSignal} signal @returns {Promise<void>} */
function connection(tell, signal) {
  tell(true);
  return new Promise((resolve, reject) => {
    const back = () => {
      tell(false);
      resolve();
    };
    addEventListener("online", back, { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
