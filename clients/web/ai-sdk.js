/**
 * A transport for the AI SDK (the package `ai`, version 7): `useChat` shows a chat of this service.
 *
 *     const transport = new AsyncChatTransport({ client, chatId, onChat: (id) => (location.hash = id) });
 *     const { messages, sendMessage, stop, regenerate } = useChat({ transport, resume: chatId !== undefined });
 *
 * A step is a part `data-step`, the draft and the answer are text, a citation is a part `source-document`.
 */

import { LONGEST_TIMER_MS } from "./chat-pace.js";

/** @typedef {import("ai").UIMessage<unknown, {step: {at: string, text: string}}>} ChatMessage */
/** @typedef {import("ai").InferUIMessageChunk<ChatMessage>} Chunk */
/** @typedef {import("ai").ChatTransport<ChatMessage>} Transport */

/** The service ends every turn by its deadline, so the watch has none. */
const WATCH = { timeoutMs: LONGEST_TIMER_MS };

/** @implements {Transport} */
export class AsyncChatTransport {
  /** A resumed stream tells the turn from its beginning. */
  resumeStreamIsReplay = true;
  #client;
  #onChat;

  /**
   * One for each chat that is shown.
   * @param {{client: import("./chat-client.js").ChatClient, chatId?: string | undefined,
   *   onChat?: (chatId: string) => void}} options
   *   chatId: none for a new chat; onChat: is told the id that the service gives it
   */
  constructor({ client, chatId, onChat = () => {} }) {
    this.#client = client;
    this.#onChat = onChat;
    this.chatId = chatId;
  }

  /**
   * The newest message is asked; to regenerate runs a failed or cancelled turn again. The AI SDK's `stop` stops the turn itself.
   * @type {Transport["sendMessages"]}
   */
  sendMessages = async ({ trigger, messages, abortSignal }) => {
    const turn = await (trigger === "regenerate-message" ? this.#latest.retry() : this.#ask(messages.at(-1), abortSignal));
    if (turn.chatId !== this.chatId) this.#onChat((this.chatId = turn.chatId));
    return streamOf(turn, abortSignal);
  };

  /** @type {Transport["reconnectToStream"]} */
  reconnectToStream = async ({ abortSignal }) => {
    if (!this.chatId) return null;
    const { status } = await this.#client.messages(this.chatId, { limit: 1, signal: abortSignal });
    return status === "thinking" ? streamOf(this.#latest, abortSignal) : null;
  };

  get #latest() {
    if (!this.chatId) throw new Error("This chat has no turn yet.");
    return this.#client.resume(this.chatId);
  }

  /** @param {ChatMessage | undefined} message @param {AbortSignal} [signal] */
  #ask(message, signal) {
    const question = message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
    return this.#client.ask(question, { chatId: this.chatId, signal });
  }
}

/** Messages as the AI SDK shows them, for `useChat({ messages })`. @param {import("./chat-turn.js").Message[]} messages @returns {ChatMessage[]} */
export const uiMessages = (messages) =>
  messages.map(({ message_id: id, role, content: text, citations = [] }) => ({
    id,
    role,
    parts: [{ type: "text", text }, ...citations.map(sourceOf)],
  }));

/** @param {import("./chat-turn.js").Citation} citation */
const sourceOf = ({ memory_id: sourceId, quote: title }) =>
  /** @type {const} */ ({ type: "source-document", sourceId, mediaType: "text/plain", title });

/** @param {import("./chat-client.js").Turn} turn @param {AbortSignal} [signal] @returns {ReadableStream<Chunk>} */
function streamOf(turn, signal) {
  const chunks = chunksOf(turn, signal);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await chunks.return()),
  });
}

/** @param {import("./chat-client.js").Turn} turn @param {AbortSignal} [signal] @returns {AsyncGenerator<Chunk, void>} */
async function* chunksOf(turn, signal) {
  const told = { steps: 0, text: "", part: 0 };
  yield { type: "start" };
  yield { type: "start-step" };
  try {
    for await (const { status, steps, draft, messages, error } of turn.updates({ ...WATCH, signal })) {
      const answer = status === "answered" || status === "needs_input" ? messages.findLast(({ role }) => role === "assistant") : undefined;
      const text = answer?.content ?? draft ?? told.text;
      if (!text.startsWith(told.text)) {
        // The agent has begun its draft anew: the AI SDK takes back what it shows, steps too.
        yield { type: "reset-step" };
        Object.assign(told, { steps: 0, text: "", part: told.part + 1 });
      }
      for (; told.steps < steps.length; told.steps++) yield { type: "data-step", id: `step-${told.steps}`, data: steps[told.steps] };
      const id = `text-${told.part}`;
      if (text && !told.text) yield { type: "text-start", id };
      if (text.length > told.text.length) yield { type: "text-delta", id, delta: text.slice(told.text.length) };
      told.text = text;
      if (status === "thinking") continue;
      if (text) yield { type: "text-end", id };
      for (const citation of answer?.citations ?? []) yield sourceOf(citation);
      if (status === "failed") return yield { type: "error", errorText: error?.message ?? "" };
      if (status === "cancelled") return yield { type: "abort" };
    }
    yield { type: "finish-step" };
    yield { type: "finish" };
  } catch (error) {
    if (!signal?.aborted) throw error;
    await turn.cancel();
    yield { type: "abort" };
  }
}
