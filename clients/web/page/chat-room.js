/** The chat view: messages, the question being typed, and the thinking turn. */

import { ServiceError, ChatBusy, Unauthorized } from "../chat-errors.js";
import { announce, byId, element, fill, setText, twoStepButton } from "./dom.js";
import { loadMarkdown } from "./answers.js";
import { choices } from "./choices.js";
import { markUnanswered, messageElement, openMemory } from "./messages.js";
import { whenOnline } from "./sending.js";
import { isTooLong, sentenceOf } from "./sentences.js";
import { ThinkingView, endWithoutAnswer } from "./thinking.js";

/** @typedef {import("../chat-turn.js").Turn} Turn @typedef {import("../chat-turn.js").Page} Page */
/** @typedef {import("../chat-turn.js").Message} Message */

/** Long, since the service ends every turn by its deadline, but being offline may last. */
const TIMEOUTS = { timeoutMs: 600_000, outageMs: 600_000 };

export class ChatRoom {
  #client;
  #list;
  #told;
  #chatId = "";
  #after = "";
  /** Aborted when another chat is opened. */
  #stay = new AbortController();
  /** @type {Turn | null} */
  #turn = null;
  /** An answer has arrived that the user has not seen. */
  #unseen = false;
  #asking = false;
  /** What the agent asks: the next question answers it. @type {import("../chat-turn.js").Input | null} */
  #input = null;
  /** @type {import("./drafts.js").Drafts | null} */
  #drafts = null;

  /**
   * @param {import("../chat-client.js").ChatClient} client
   * @param {import("./chat-list.js").ChatList} list
   * @param {{began: (chatId: string) => void, moved: (chatId: string) => void, left: () => void,
   *          failed: (error: unknown) => void}} told callbacks: a new chat has its id; something changed in
   *   a chat ("": only in the list); the open chat was deleted; an error
   */
  constructor(client, list, told) {
    this.#client = client;
    this.#list = list;
    this.#told = told;
    const question = byId("question");
    question.addEventListener("input", () => {
      this.#drafts?.type(this.#chatId, question.value);
      countCharacters();
    });
    question.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      byId("composer").requestSubmit();
    });
    byId("composer").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#ask();
    });
    byId("stop").addEventListener("click", () => this.#stop());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !isComposing(event) && !document.querySelector("dialog[open]") && this.#looking) this.#stop();
    });
    byId("to-answer").addEventListener("click", showNewAnswer);
    byId("scroller").addEventListener("scroll", hideWhenSeen);
  }

  get chatId() {
    return this.#chatId;
  }

  /**
   * A question can be typed, and is kept, from now on.
   * @param {import("./drafts.js").Drafts} drafts @param {string[]} examples questions to ask by a click in a new chat
   */
  enter(drafts, examples) {
    this.#drafts = drafts;
    fill(byId("examples"), examples.map((question) => element("li", {}, exampleButton(question))));
    byId("question").disabled = false;
  }

  /** Show nothing any more. */
  leave() {
    this.#drafts = null;
    this.#stay.abort();
    this.#follow(null);
    this.#after = "";
    [byId("question").value, byId("question").disabled] = ["", true];
    for (const id of ["log", "end", "chat-actions", "examples", "note"]) byId(id).replaceChildren();
    byId("to-answer").hidden = true;
  }

  /** Show a chat; "" is a new one. @param {string} chatId */
  async open(chatId) {
    this.#stay.abort();
    this.#stay = new AbortController();
    byId("question").value = this.#drafts?.text(chatId) ?? "";
    [this.#chatId, this.#after, this.#unseen, this.#asking] = [chatId, "", false, false];
    for (const id of ["log", "end", "chat-actions"]) byId(id).replaceChildren();
    byId("to-answer").hidden = true;
    countCharacters();
    this.#input = null;
    byId("welcome").hidden = chatId !== "";
    this.#follow(null);
    if (!chatId) return byId("question").focus();
    const { signal } = this.#stay;
    loadMarkdown();
    try {
      const page = await this.#client.messages(chatId, { signal });
      this.#offerDeletion();
      this.#offerOlder(page);
      await this.#take(page);
    } catch (error) {
      if (!signal.aborted) this.#cannotShow(error);
    }
  }

  /** Load changes made in another tab or on another device, or while the page was hidden. */
  async catchUp() {
    this.#markRead();
    if (this.#turn || this.#asking || !this.#after) return;
    const { signal } = this.#stay;
    try {
      const page = await this.#client.messages(this.#chatId, { after: this.#after, signal });
      if (!this.#turn && !this.#asking) await this.#take(page);
    } catch (error) {
      if (!signal.aborted) this.#told.failed(error);
    }
  }

  async #ask() {
    const question = byId("question").value.trim();
    const drafts = this.#drafts;
    if (this.#turn || this.#asking) return explain();
    if (!drafts || !question || isTooLong(question, LONGEST_QUESTION, "question", this.#told.failed)) return;
    const { signal } = this.#stay;
    const chatId = this.#chatId;
    const idempotencyKey = drafts.ask(chatId, question);
    // Opening another chat does not take the question back.
    const options = { chatId: chatId || undefined, after: this.#after || undefined, answers: this.#input?.id, idempotencyKey };
    const text = element("div", { class: "question", dir: "auto" }, question);
    const pending = element("article", { class: "user pending" }, text);
    byId("welcome").hidden = true;
    byId("log").append(pending);
    // Its draft keeps the question until the service has stored it.
    byId("question").value = "";
    countCharacters();
    const cancelled = new AbortController();
    /** @param {ThinkingView} thinking */
    const ask = async (thinking) => {
      const tell = (/** @type {boolean} */ offline) =>
        following(() => thinking.waits(offline ? () => cancelled.abort() : null));
      const turn = await whenOnline((signal) => this.#client.ask(question, { ...options, signal }), tell, cancelled.signal);
      drafts.taken(chatId, question);
      if (this.#chatId === chatId && byId("question").value.trim() === question) byId("question").value = "";
      return turn;
    };
    try {
      await this.#begin(ask);
    } catch (error) {
      if (!cancelled.signal.aborted) drafts.failed(chatId, error);
      if (signal.aborted) return;
      if (!byId("question").value) byId("question").value = question;
      drafts.type(chatId, byId("question").value);
      countCharacters();
      if (cancelled.signal.aborted) return byId("question").focus();
      this.#told.failed(error);
      // Another device has asked, or answered; or the agent waits no longer.
      if (options.answers || error instanceof ChatBusy) this.catchUp();
    } finally {
      pending.remove();
    }
  }

  async #stop() {
    const turn = this.#turn;
    const button = byId("stop");
    if (!turn || button.disabled) return;
    const focused = document.activeElement;
    [button.disabled, button.textContent] = [true, "Stopping…"];
    try {
      await turn.cancel();
      if (turn === this.#turn) byId("question").focus();
    } catch (error) {
      this.#told.failed(error);
      if (turn !== this.#turn) return;
      this.#follow(turn);
      if (focused === button) button.focus();
    }
  }

  async #retry() {
    try {
      await this.#begin(() => this.#client.resume(this.#chatId, { after: this.#after }).retry());
    } catch (error) {
      this.#told.failed(error);
      this.catchUp();
    }
  }

  /** @param {(thinking: ThinkingView) => Promise<Turn>} start throws when no turn was started */
  async #begin(start) {
    const { signal } = this.#stay;
    const thinking = new ThinkingView();
    const before = [...byId("end").childNodes];
    this.#asking = true;
    byId("end").replaceChildren(thinking.element);
    scrollDown();
    loadMarkdown();
    try {
      const turn = await start(thinking).catch((error) => {
        if (!signal.aborted) byId("end").replaceChildren(...before);
        throw error;
      });
      if (signal.aborted) return this.#told.moved(turn.chatId);
      thinking.accepted();
      this.#input = null;
      if (!this.#chatId) this.#beganAs(turn.chatId);
      this.#offerDeletion();
      this.#told.moved(turn.chatId);
      await this.#watch(turn, thinking);
    } finally {
      thinking.remove();
      if (!signal.aborted) this.#asking = false;
    }
  }

  /** What is in the box by now is about the new chat. @param {string} chatId */
  #beganAs(chatId) {
    this.#chatId = chatId;
    this.#drafts?.type("", "");
    this.#drafts?.type(chatId, byId("question").value);
    this.#told.began(chatId);
  }

  /** Show a page, and watch its turn if that has not ended. @param {Page} page */
  async #take(page) {
    const { signal } = this.#stay;
    await loadMarkdown();
    signal.throwIfAborted();
    this.#after = page.after;
    const alone = !byId("log").querySelector("article");
    const answered = this.#show(page.messages);
    this.#unseen ||= answered && !(alone && this.#list.isRead(this.#chatId));
    if (page.poll_after_ms === null) return this.#end(page.status, page.turn.error, page.turn.cancel_reason, page.turn.input);
    await this.#watch(this.#client.resume(this.#chatId, { after: page.after }), new ThinkingView());
  }

  /** Show a turn until it ends. @param {Turn} turn @param {ThinkingView} thinking */
  async #watch(turn, thinking) {
    const { signal } = this.#stay;
    this.#follow(turn);
    try {
      for await (const update of turn.updates({ ...TIMEOUTS, signal })) {
        await loadMarkdown();
        signal.throwIfAborted();
        if (update.messages.length) document.querySelector(".pending")?.remove();
        this.#after = update.messages.at(-1)?.message_id ?? this.#after;
        this.#unseen = this.#show(update.messages) || this.#unseen;
        if (update.status === "thinking") following(() => this.#showThinking(thinking, update));
        else this.#end(update.status, update.error, update.cancelReason, update.input);
      }
      this.#told.moved(turn.chatId);
      if (!document.querySelector(".pending")) return;
      this.#follow(null);
      await this.#fetchPending(turn);
    } catch (error) {
      if (!signal.aborted) this.#cannotShow(error);
    } finally {
      thinking.remove();
      // After a stop, the next turn may be watched already.
      if (!signal.aborted && this.#turn === turn) this.#follow(null);
    }
  }

  /** Stopped before the first poll, the question has not come back as a message yet. @param {Turn} turn */
  async #fetchPending(turn) {
    const { signal } = this.#stay;
    try {
      const page = await this.#client.messages(turn.chatId, { after: this.#after || undefined, signal });
      document.querySelector(".pending")?.remove();
      this.#after = page.after;
      this.#show(page.messages);
    } catch (error) {
      if (!signal.aborted) this.#told.failed(error);
    }
  }

  /** @param {ThinkingView} thinking @param {import("../chat-turn.js").Update} update */
  #showThinking(thinking, update) {
    thinking.show(update);
    if (!thinking.element.isConnected) byId("end").replaceChildren(thinking.element);
  }

  /**
   * @param {Page["status"]} status @param {{message: string} | null} error @param {string | null} [reason] an operator's
   * @param {import("../chat-turn.js").Input | null} [input] what the agent asks
   */
  #end(status, error, reason, input = null) {
    this.#input = input;
    byId("end").replaceChildren();
    if (input) this.#offerChoices(input);
    if (status === "failed") this.#offerRetry("failed", error?.message ?? "The question could not be answered.");
    if (status === "cancelled") this.#offerRetry("stopped", reason ? `Stopped: ${reason}` : "Stopped before the answer was ready.");
    this.#markRead();
  }

  /** @param {import("../chat-turn.js").Input} input */
  #offerChoices(input) {
    const answer = (/** @type {string} */ choice) => {
      byId("question").value = choice;
      this.#ask();
    };
    following(() => byId("end").append(choices(input, answer)));
    announce(`${input.question} The choices are right before the question.`);
  }

  /** @param {"failed" | "stopped"} kind @param {string} text */
  #offerRetry(kind, text) {
    const end = endWithoutAnswer(kind, text, () => this.#retry());
    following(() => byId("end").append(end));
    announce(`${text} Try again is right before the question.`);
    // The button Stop, which had it, is gone.
    if (document.activeElement === document.body && this.#looking) end.querySelector("button")?.focus();
  }

  /** Whether the chat can be seen. */
  get #looking() {
    return document.visibilityState === "visible" && document.body.dataset.room === "chat";
  }

  #markRead() {
    const chatId = this.#chatId;
    if (!this.#unseen || !this.#looking) return;
    this.#unseen = false;
    this.#client.markRead(chatId).then(() => {
      this.#list.markRead(chatId);
      this.#told.moved("");
    }, this.#told.failed);
  }

  /** Returns whether the last of these messages is a new answer. @param {Message[]} messages */
  #show(messages) {
    const fresh = messages.filter(({ message_id }) => !document.querySelector(`[data-id="${CSS.escape(message_id)}"]`));
    if (!fresh.length) return false;
    const articles = fresh.map((message) => this.#article(message));
    const answered = fresh.at(-1)?.role === "assistant";
    following(() => fill(byId("log"), articles), answered ? articles.at(-1) : undefined);
    markUnanswered();
    return answered;
  }

  /** @param {Message} message */
  #article(message) {
    /** @type {import("./messages.js").Rate} */
    const rate = (rating, then) => this.#client.rate(this.#chatId, message.message_id, rating).then(then, this.#told.failed);
    return messageElement(message, (citation) => openMemory(this.#client, citation), rate);
  }

  /** @param {Page} page */
  #offerOlder({ before }) {
    if (!before) return;
    const load = async () => {
      const page = await this.#client.messages(this.#chatId, { before, signal: this.#stay.signal });
      button.replaceWith(...page.messages.map((message) => this.#article(message)));
      markUnanswered();
      this.#offerOlder(page);
    };
    const click = () => load().catch(this.#told.failed);
    const button = element("button", { type: "button", class: "quiet older", click }, "Earlier messages");
    byId("log").prepend(button);
  }

  /** @param {unknown} error */
  #cannotShow(error) {
    if (error instanceof Unauthorized) return this.#told.failed(error);
    const final = error instanceof ServiceError && error.status < 500;
    const again = () => this.open(this.#chatId);
    const button = final ? null : element("button", { type: "button", class: "primary", click: again }, "Reload");
    // An id in the address that cannot be one.
    const unknown = error instanceof ServiceError && error.code === "invalid_request";
    const text = element("p", {}, unknown ? "The chat does not exist." : sentenceOf(error));
    byId("end").replaceChildren(element("section", { class: "ended", role: "alert" }, text, button));
  }

  #offerDeletion() {
    byId("chat-actions").replaceChildren(twoStepButton("Delete", "Delete permanently?", () => this.#delete()));
  }

  async #delete() {
    const chatId = this.#chatId;
    try {
      await this.#client.deleteChat(chatId);
      this.#list.remove(chatId);
      this.#told.left();
    } catch (error) {
      this.#told.failed(error);
    }
  }

  /** @param {Turn | null} turn the thinking one */
  #follow(turn) {
    this.#turn = turn;
    byId("ask").hidden = turn !== null;
    byId("stop").hidden = turn === null;
    byId("stop").disabled = false;
    byId("stop").textContent = "Stop";
    countCharacters();
  }
}

/** Characters of a question, and from when on they are counted. */
const [LONGEST_QUESTION, MANY] = [8_000, 7_000];

/** Why a question stays in the box. */
function explain() {
  const text = "The last question is not answered yet.";
  setText("note", text);
  announce(text);
}

/** The note below a long question; none below another. */
function countCharacters() {
  const count = [...byId("question").value.trim()].length;
  const [shown, most] = [count, LONGEST_QUESTION].map((number) => number.toLocaleString("en"));
  setText("note", count < MANY ? "" : `${shown} of ${most}`);
  byId("note").classList.toggle("complaint", count > LONGEST_QUESTION);
}

/**
 * Whether a key belongs to an input method that composes a word. Safari ends the composition before the Enter that
 * confirms it, and tells it by key code 229 only: https://www.w3.org/TR/uievents/#determine-keydown-keyup-keyCode
 * @param {KeyboardEvent} event
 */
const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Asks the question as if it had been typed. @param {string} question */
function exampleButton(question) {
  const click = () => {
    byId("question").value = question;
    byId("composer").requestSubmit();
  };
  return element("button", { type: "button", click }, question);
}

/** How far from the end a reader still counts as being there, in pixels. */
const NEAR = 48;

/**
 * Change what is shown. Who reads at the end stays there, but not beyond the beginning of a new answer; who reads
 * elsewhere is left alone.
 * @param {() => void} change @param {HTMLElement} [answer]
 */
function following(change, answer) {
  const scroller = byId("scroller");
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR;
  change();
  if (!atEnd) {
    if (answer) byId("to-answer").hidden = false;
    return;
  }
  scrollDown();
  if (answer && answer.offsetHeight > scroller.clientHeight) answer.scrollIntoView({ block: "start" });
}

/** @returns {Element | undefined} */
const newestAnswer = () => [...byId("log").querySelectorAll("article.assistant")].at(-1);

/** The newest answer from its first line on. */
function showNewAnswer() {
  newestAnswer()?.scrollIntoView({ block: "start" });
  byId("to-answer").hidden = true;
  // The button, which had it, is gone.
  byId("scroller").focus({ preventScroll: true });
}

/** Who has scrolled to the newest answer needs no way to it. */
function hideWhenSeen() {
  const top = newestAnswer()?.getBoundingClientRect().top ?? 0;
  if (top < byId("to-answer").getBoundingClientRect().top - NEAR) byId("to-answer").hidden = true;
}

function scrollDown() {
  byId("scroller").scrollTop = byId("scroller").scrollHeight;
}
