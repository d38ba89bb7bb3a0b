/**
 * All errors of the client, as classes.
 *
 *     AsyncChatError
 *     ├── ServiceError       the service refused: `status`, the contract's `code`, `faults`, `requestId`
 *     │   ├── Unauthorized   401: no token, or an invalid or expired one
 *     │   ├── ChatForbidden, ChatNotFound, ChatBusy, NothingToRetry, TooManyTurns, AtCapacity, TooManyAsks, BudgetUsedUp,
 *     │   │   QuestionMissing, QuestionTooLong, IdempotencyKeyReused, MemoriesFull, MemoryNotFound, MemoryTooLong,
 *     │   │   AnswerNotFound, TryAgain
 *     ├── Unreachable        no usable response: offline, cut off, or too slow
 *     │   └── UnreadableReply  a success without the contract's body: a proxy or a captive portal answered
 *     ├── StillThinking      the caller's timeout is over; the turn may still end
 *     └── TurnEnded
 *         ├── TurnFailed     a stable `code`, and a sentence for a person
 *         ├── TurnCancelled  the turn was stopped; `reason`: why the service's operator did
 *         └── InputNeeded    the agent asks the user: `input`; answer it by `ask(text, {chatId, answers: input.id})`
 *
 * A `code` without a class of its own becomes a plain ServiceError.
 */

export class AsyncChatError extends Error {
  /** Set when an ask or a `remember` may have taken effect all the same: repeated under it within 24 hours, it takes
   *  effect once. @type {string | undefined} */
  idempotencyKey = undefined;

  /** @param {string} message @param {string} code stable, to branch on @param {ErrorOptions} [options] */
  constructor(message, code, options) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

export class ServiceError extends AsyncChatError {
  /** The parts of the request that are at fault, where the service names them: a JSON pointer into its body, or the
   *  name of a parameter. @type {readonly {detail: string, pointer?: string, param?: string}[]} */
  faults;

  /** @param {{status: number, code: string, detail: string, requestId?: string, retryAfterMs?: number, faults?: any}} problem */
  constructor({ status, code, detail, requestId, retryAfterMs, faults }) {
    super(detail, code);
    this.faults = Array.isArray(faults) ? faults : [];
    this.status = status;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

export class Unauthorized extends ServiceError {}
export class ChatForbidden extends ServiceError {}
export class ChatNotFound extends ServiceError {}
export class AnswerNotFound extends ServiceError {}
export class ChatBusy extends ServiceError {}
export class NothingToRetry extends ServiceError {}
export class TooManyTurns extends ServiceError {}
export class AtCapacity extends ServiceError {}
export class TooManyAsks extends ServiceError {}
export class BudgetUsedUp extends ServiceError {}
export class QuestionMissing extends ServiceError {}
export class QuestionTooLong extends ServiceError {}
export class IdempotencyKeyReused extends ServiceError {}
export class MemoriesFull extends ServiceError {}
export class MemoryNotFound extends ServiceError {}
export class MemoryTooLong extends ServiceError {}
export class TryAgain extends ServiceError {}

export class Unreachable extends AsyncChatError {
  /** @param {string} message @param {ErrorOptions} [options] cause: the browser's own error */
  constructor(message, options) {
    super(message, "unreachable", options);
  }
}

export class UnreadableReply extends Unreachable {
  constructor() {
    super("The reply is not the service's: a proxy or a sign-in page of the network may have answered.");
  }
}

export class TurnEnded extends AsyncChatError {}

export class TurnFailed extends TurnEnded {}

export class TurnCancelled extends TurnEnded {
  /** @param {string | null} [reason] why the service's operator stopped it; null when the user did */
  constructor(reason = null) {
    super(reason ? `The turn was stopped: ${reason}` : "The turn was stopped.", "cancelled");
    this.reason = reason;
  }
}

export class InputNeeded extends TurnEnded {
  /** @param {import("./chat-turn.js").Input} input */
  constructor(input) {
    super(input.question, "needs_input");
    this.input = input;
  }
}

export class StillThinking extends AsyncChatError {
  /** @param {number} timeoutMs */
  constructor(timeoutMs) {
    super(`The turn did not end within ${Math.round(timeoutMs / 1000)} s.`, "still_thinking");
  }
}

/** @type {Record<string, typeof ServiceError>} */
const CLASSES = {
  unauthorized: Unauthorized,
  chat_forbidden: ChatForbidden,
  chat_not_found: ChatNotFound,
  answer_not_found: AnswerNotFound,
  chat_busy: ChatBusy,
  nothing_to_retry: NothingToRetry,
  too_many_turns: TooManyTurns,
  at_capacity: AtCapacity,
  too_many_asks: TooManyAsks,
  budget_used_up: BudgetUsedUp,
  question_missing: QuestionMissing,
  question_too_long: QuestionTooLong,
  idempotency_key_reused: IdempotencyKeyReused,
  memories_full: MemoriesFull,
  memory_not_found: MemoryNotFound,
  memory_too_long: MemoryTooLong,
  try_again: TryAgain,
};

/** API Gateway's own error bodies have no code. @type {Record<number, string>} */
const GATEWAY_CODES = { 401: "unauthorized", 403: "forbidden", 429: "throttled" };

/**
 * The error for a response that is not a success.
 * @param {number} status @param {any} body the parsed body, or null
 * @param {number | undefined} retryAfterMs
 */
export function problemOf(status, body, retryAfterMs) {
  const code = body?.code ?? GATEWAY_CODES[status] ?? `http_${status}`;
  const detail = body?.detail ?? body?.message ?? `The service answered with status ${status}.`;
  const faults = body?.errors;
  return new (CLASSES[code] ?? ServiceError)({ status, code, detail, requestId: body?.request_id, retryAfterMs, faults });
}

/**
 * Whether the failed attempt may have stored something.
 * @param {unknown} error
 */
export function mayHaveEffect(error) {
  if (error instanceof Unreachable) return true;
  return error instanceof ServiceError && (error.status >= 500 || error.status === 408);
}

/** Their Retry-After says when; a call gives up at once if that is later than it may repeat. */
const PASSING = new Set(["throttled", "at_capacity", "too_many_asks", "budget_used_up"]);

/**
 * Whether the same request may succeed later.
 * @param {unknown} error
 */
export function isPassing(error) {
  if (error instanceof Unreachable) return true;
  return error instanceof ServiceError && (error.status >= 500 || error.status === 408 || PASSING.has(error.code));
}
