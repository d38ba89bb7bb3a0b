/** What went wrong, in words for a person. */

import { AsyncChatError, ServiceError } from "../chat-errors.js";

/** What the page itself has to say to the person, such as that a text is too long. */
export class Refusal extends Error {}

/** The service's `invalid_request` is for programs: it names fields of the request. @param {unknown} error */
export function sentenceOf(error) {
  if (error instanceof ServiceError && error.code === "invalid_request") {
    return "The service cannot store these characters.";
  }
  if (error instanceof AsyncChatError || error instanceof Refusal) return error.message;
  console.error(error);
  return "Something went wrong. Reload the page.";
}

/**
 * Whether a text is longer than the service takes; then it is reported, and stays as it is. A limit of the input would
 * cut it without a word, and count UTF-16 units; the service counts characters.
 * @param {string} text @param {number} limit @param {string} what @param {(error: Error) => void} report
 */
export function isTooLong(text, limit, what, report) {
  const excess = [...text].length - limit;
  if (excess <= 0) return false;
  const [count, most] = [excess, limit].map((number) => number.toLocaleString("en"));
  report(new Refusal(`This ${what} is ${count} characters too long: ${most} are possible. Nothing was sent.`));
  return true;
}
