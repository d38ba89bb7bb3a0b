/** Whether a body is what the contract says. A 200 may be a proxy's, with another body or none. */

/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isText = (value) => typeof value === "string";
/** @type {Check} */
const isTextOrNull = (value) => value === null || isText(value);
/** @type {Check} */
const isMoment = (value) => isText(value) && !Number.isNaN(Date.parse(value));

/** An array of objects with these fields. @param {Record<string, Check>} fields @returns {Check} */
const arrayOf = (fields) => (value) => Array.isArray(value) && value.every(objectOf(fields));

/** @param {Record<string, Check>} fields @returns {Check} */
const objectOf = (fields) => (value) =>
  typeof value === "object" && value !== null && Object.entries(fields).every(([name, check]) => check(value[name]));

/** The reply to a question, and to a retry. */
export const isAccepted = objectOf({ chat_id: isText });

const STATUSES = ["thinking", "answered", "needs_input", "failed", "cancelled"];

/** The reply to a cancellation. */
export const isEnding = objectOf({ status: (value) => STATUSES.includes(value) });

/** The ids of stored memories. */
export const isStored = objectOf({ memory_ids: (value) => Array.isArray(value) && value.every(isText) });

/** A page of a list. @param {string} name @param {string} id @returns {Check} */
export const isListOf = (name, id) => objectOf({ [name]: arrayOf({ [id]: isText }), next: isTextOrNull });

/** The body of a poll. A status that is not known yet is an end. */
export const isPage = objectOf({
  chat_id: isText,
  status: isText,
  messages: arrayOf({ message_id: isText, role: isText, content: isText }),
  turn: objectOf({ phase: isText, asked_at: isMoment, progress: arrayOf({ text: isText }) }),
  after: isText,
  poll_after_ms: (value) => value === null || (Number.isFinite(value) && value >= 0),
});
