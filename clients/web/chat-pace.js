/** Waiting: with jitter, more slowly in a hidden tab, and no longer than there is a reason to. */

/** How often a tab that nobody looks at asks. */
const HIDDEN_MS = 15_000;
const LONGEST_BACKOFF_MS = 10_000;
/** Beyond this a timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds that no clock change touches. */
export const now = () => performance.now();

/** Whether nobody can see this page; never so outside of a browser. */
export const hidden = () => globalThis.document?.visibilityState === "hidden";

/**
 * Calls `seen` whenever the page comes into sight, until `signal` aborts.
 * @param {() => void} seen @param {AbortSignal} signal
 */
export function whenSeen(seen, signal) {
  globalThis.document?.addEventListener("visibilitychange", () => hidden() || seen(), { signal });
}

/**
 * A little longer than `ms`, so that many pollers do not ask in step; never shorter than the service asked for.
 * @param {number} ms
 */
export const jittered = (ms) => ms * (1 + Math.random() / 10);

/**
 * How long to wait after the nth failure in a row (0 is the first).
 * @param {number} failures @param {number | undefined} retryAfterMs what the service asked for, if it did
 */
export function backoff(failures, retryAfterMs) {
  if (retryAfterMs !== undefined) return jittered(retryAfterMs);
  const ceiling = Math.min(300 * 2 ** failures, LONGEST_BACKOFF_MS);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/**
 * Sleep until the next poll is due. A hidden tab sleeps longer; coming into sight or back online ends the sleep.
 * @param {number} ms @param {AbortSignal} signal
 */
export async function untilNextPoll(ms, signal) {
  const early = new AbortController();
  const wake = () => early.abort();
  const hiddenBefore = hidden();
  if (hiddenBefore) whenSeen(wake, early.signal);
  globalThis.addEventListener?.("online", wake, { signal: early.signal });
  try {
    await sleep(hiddenBefore ? Math.max(ms, HIDDEN_MS) : ms, signal, early.signal);
  } finally {
    early.abort();
  }
}

/**
 * Rejects with the signal's reason when `signal` aborts; ends normally when `early` does.
 * @param {number} ms @param {AbortSignal} [signal] @param {AbortSignal} [early]
 * @returns {Promise<void>}
 */
export function sleep(ms, signal, early) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
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
