/** One chat of the fake service, whose turns follow the script and the clock. */

/** @typedef {import("./chat-turn.js").Message} Message */
/** @typedef {import("./chat-turn.js").Page} Page */
/**
 * The outcome of a question after `seconds`: an answer, a failure with the code `fails`, or an operator's stop for the reason `stopped`.
 * @typedef {{answer?: string, seconds?: number, queued?: number, steps?: [seconds: number, text: string][],
 *   drafts?: [seconds: number, text: string][], citations?: import("./chat-turn.js").Citation[],
 *   usage?: import("./chat-turn.js").Usage, fails?: string, stopped?: string}} ScriptedTurn
 *   queued: seconds until the turn starts; steps and drafts: seconds since the question, and the text
 */

const DEADLINE_MS = 70_000;

export class FakeChat {
  /** @type {Message[]} */
  messages = [];
  /** @type {Page["status"]} */
  status = "thinking";
  readUpTo = "";
  /** @type {Required<Pick<ScriptedTurn, "answer" | "seconds" | "queued" | "steps" | "drafts">> & ScriptedTurn} */
  #script = { answer: "An answer.", seconds: 0, queued: 0, steps: [], drafts: [] };
  #askedAt = 0;
  /** @type {number | null} */
  #endedAt = null;
  /** @type {string | null} */
  #error = null;
  /** @type {string | null} */
  #cancelReason = null;

  /** @param {string} chatId @param {string} user */
  constructor(chatId, user) {
    this.chatId = chatId;
    this.user = user;
  }

  get isThinking() {
    return this.messages.length > 0 && this.status === "thinking";
  }

  /** Start a turn for the newest question. @param {ScriptedTurn} script @param {number} now */
  begin(script, now) {
    this.#script = { answer: "An answer.", seconds: 0, queued: 0, steps: [], drafts: [], ...script };
    this.#askedAt = now;
    this.#endedAt = this.#error = this.#cancelReason = null;
    this.status = "thinking";
  }

  /** End the turn if it is due. @param {number} now @param {() => string} newId of an answer */
  settle(now, newId) {
    const done = this.#askedAt + this.#script.seconds * 1000;
    const deadline = this.#askedAt + DEADLINE_MS;
    if (!this.isThinking || now < Math.min(done, deadline)) return;
    this.#endedAt = Math.min(done, deadline);
    this.#error = done >= deadline ? "timed_out" : (this.#script.fails ?? null);
    this.#cancelReason = this.#error ? null : (this.#script.stopped ?? null);
    this.status = this.#error ? "failed" : this.#cancelReason ? "cancelled" : "answered";
    if (this.status !== "answered") return;
    const { answer, citations = [], usage = null } = this.#script;
    this.messages.push({ ...message(newId(), "assistant", answer, this.#endedAt), citations, usage });
  }

  /** @param {number} now */
  cancel(now) {
    if (this.status !== "thinking") return;
    this.status = "cancelled";
    this.#endedAt = now;
  }

  /** The field `turn` of a poll. @param {number} now @returns {Page["turn"]} */
  turn(now) {
    const elapsed = ((this.#endedAt ?? now) - this.#askedAt) / 1000;
    const { queued, steps, drafts, usage = null } = this.#script;
    const at = (/** @type {number} */ seconds) => rfc3339(this.#askedAt + seconds * 1000);
    const ended = this.#endedAt !== null;
    return {
      phase: ended ? "done" : elapsed >= queued ? "running" : "queued",
      asked_at: at(0),
      started_at: elapsed >= queued ? at(queued) : null,
      ended_at: this.#endedAt === null ? null : rfc3339(this.#endedAt),
      deadline: rfc3339(this.#askedAt + DEADLINE_MS),
      progress: steps.filter(([since]) => since <= elapsed).map(([since, text]) => ({ at: at(since), text })),
      draft: ended ? null : (drafts.findLast(([since]) => since <= elapsed)?.[1] ?? null),
      error: this.#error === null ? null : { code: this.#error, message: "The question could not be answered. Try again." },
      usage: ended ? usage : null,
      cancel_reason: this.#cancelReason,
    };
  }

  summary() {
    const { message_id, role, content, created_at } = /** @type {Message} */ (this.messages.at(-1));
    return {
      chat_id: this.chatId,
      title: this.messages[0].content.slice(0, 80),
      status: this.status,
      last_message: { message_id, role, content, created_at },
      unread: role === "assistant" && message_id > this.readUpTo,
    };
  }
}

/** @param {string} message_id @param {Message["role"]} role @param {string} content @param {number} at @returns {Message} */
export const message = (message_id, role, content, at) => ({ message_id, role, content, created_at: rfc3339(at) });

/** UTC with milliseconds. @param {number} moment */
export const rfc3339 = (moment) => new Date(moment).toISOString();
