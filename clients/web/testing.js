/**
 * A fake service for tests of apps that use this client: in memory, with turns that follow a script, and faults on demand.
 *
 *     const service = new FakeService();
 *     service.nextTurns({ answer: "Level 3, bay 12.", seconds: 40 });
 *     service.disturb("/chats/messages", unreachable, answers(500));
 *     const chat = service.client("alice");
 *
 * It answers as the contract says. Time is the clock's, so that a test runner's fake timers move it too.
 */

import { FakeApi } from "./testing-api.js";
import { ChatClient } from "./chat-client.js";

/** @typedef {import("./testing-chat.js").ScriptedTurn} ScriptedTurn */
/** @typedef {(request: Request, service: (request: Request) => Promise<Response>) => Promise<Response>} Disturbance
 *    takes the request and the service; returns what the client gets, or rejects as `fetch` does */

/** The request does not reach the service. @type {Disturbance} */
export const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));

/** The service handles the request, but its response is lost. @type {Disturbance} */
export const answersLost = async (request, service) => {
  await service(request);
  throw new TypeError("Failed to fetch");
};

/** No answer comes until the client gives up. @type {Disturbance} */
export const hangs = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/**
 * A gateway or proxy in front of the service answers instead of it.
 * @param {number} status @param {unknown} [body] a text as it is, anything else as JSON @param {Record<string, string>} [headers]
 * @returns {Disturbance}
 */
export const answers =
  (status, body = null, headers = {}) =>
  async () =>
    new Response(status === 204 || status === 304 ? null : typeof body === "string" ? body : JSON.stringify(body), { status, headers });

export class FakeService {
  /** Every request, disturbed or not. @type {Request[]} */
  requests = [];
  /** Any address will do: nothing is sent. */
  url = "https://chat.test";
  #api;
  /** @type {{on: string, disturbance: Disturbance}[]} */
  #disturbances = [];

  /** @param {{now?: () => number}} [options] now: milliseconds since 1970 */
  constructor({ now = Date.now } = {}) {
    this.#api = new FakeApi(now);
  }

  /** How many turns were started. */
  get turnsRun() {
    return this.#api.turnsRun;
  }

  /** Script the next turns; later ones answer at once. @param {...ScriptedTurn} turns */
  nextTurns(...turns) {
    this.#api.scripts.push(...turns);
  }

  /**
   * Poll hints: `firstSeconds` for a question, then `pollAfterMs` for every poll of a turn that thinks.
   * @param {{firstSeconds?: number, pollAfterMs?: number}} hint
   */
  hint({ firstSeconds = 0, pollAfterMs = 20 }) {
    Object.assign(this.#api, { firstSeconds, pollAfterMs });
  }

  /** Disturb the next requests whose path contains `on`, one disturbance for each. @param {string} on @param {...Disturbance} disturbances */
  disturb(on, ...disturbances) {
    this.#disturbances.push(...disturbances.map((disturbance) => ({ on, disturbance })));
  }

  /**
   * A client of this service. A token is the name of its user; the token `expired` is refused.
   * @param {string} user @param {ConstructorParameters<typeof ChatClient>[0]} [options]
   */
  client(user, options) {
    return new ChatClient({ baseUrl: this.url, token: user, fetch: this.fetch, ...options });
  }

  /** For a client of your own. @type {typeof globalThis.fetch} */
  fetch = async (input, init) => {
    const request = new Request(input, init);
    this.requests.push(request);
    const path = new URL(request.url).pathname;
    const found = this.#disturbances.findIndex(({ on }) => path.includes(on));
    const service = (/** @type {Request} */ asked) => this.#api.answer(asked);
    const reply = await (found < 0 ? service(request.clone()) : this.#disturbances.splice(found, 1)[0].disturbance(request.clone(), service));
    request.signal.throwIfAborted();
    return reply;
  };
}
