/** Waiting between polls: jitter, backoff, and longer pauses in a hidden tab. */

/** The poll interval of a hidden tab. */
const HIDDEN_MS = 15_000;
const LONGEST_BACKOFF_MS = 10_000;
/** setTimeout overflows beyond this and fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A monotonic clock in milliseconds. */
export const now = () => performance.now();

/** Whether the page is hidden; false outside of a browser. */
export const hidden = () => globalThis.document?.visibilityState === "hidden";

/**
 * Calls `seen` whenever the page becomes visible, until `signal` aborts.
 * @param {() => void} seen @param {AbortSignal} signal
 */
export function whenSeen(seen, signal) {
  globalThis.document?.addEventListener("visibilitychange", () => hidden() || seen(), { signal });
}

/**
 * Up to a tenth longer than `ms`, so that many clients do not poll at once; never shorter than the hint.
 * @param {number} ms
 */
export const jittered = (ms) => ms * (1 + Math.random() / 10);

/**
 * The backoff after the nth failure in a row (0 is the first).
 * @param {number} failures @param {number | undefined} retryAfterMs the Retry-After header, if there was one
 */
export function backoff(failures, retryAfterMs) {
  if (retryAfterMs !== undefined) return jittered(retryAfterMs);
  const ceiling = Math.min(300 * 2 ** failures, LONGEST_BACKOFF_MS);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/**
 * Sleep until the next poll is due, or `hurry` aborts. A hidden tab sleeps longer; becoming visible or online ends the sleep.
 * @param {number} ms @param {AbortSignal} signal @param {AbortSignal} hurry
 */
export async function untilNextPoll(ms, signal, hurry) {
  const early = new AbortController();
  const wake = () => early.abort();
  const hiddenBefore = hidden();
  if (hiddenBefore) whenSeen(wake, early.signal);
  globalThis.addEventListener?.("online", wake, { signal: early.signal });
  try {
    await sleep(hiddenBefore ? Math.max(ms, HIDDEN_MS) : ms, signal, AbortSignal.any([early.signal, hurry]));
  } finally {
    early.abort();
  }
}

/**
 * Rejects with the reason of `signal` when that aborts; resolves when `early` aborts.
 * @param {number} ms @param {AbortSignal} [signal] @param {AbortSignal} [early]
 * @returns {Promise<void>}
 */
export function sleep(ms, signal, early) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (early?.aborted) return resolve();
    const done = new AbortController();
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS), resolve);
    early?.addEventListener("abort", () => end(resolve), { signal: done.signal });
    signal?.addEventListener("abort", () => end(() => reject(signal.reason)), { signal: done.signal });

    /** @param {() => void} settle */
    function end(settle) {
      clearTimeout(timer);
      done.abort();
      settle();
    }
  });
}
