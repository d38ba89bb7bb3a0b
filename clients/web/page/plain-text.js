/**
 * What others wrote, made safe to show: characters that hide text or turn it around are replaced by a visible one.
 *
 * The list is the one of the Python client, `_plain_text.py`: controls, formats (bidirectional controls, tags,
 * zero-width characters), separators of lines and paragraphs. Joiners stay within emoji, and between letters of Arabic,
 * Persian and the Indic scripts, where they belong to the writing.
 */

const UNSAFE =
  /((?<=[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u{1f000}-\u{1faff}]\ufe0f?)\u200d(?=[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u{1f000}-\u{1faff}])|(?<=[\u0620-\u0dff])[\u200c\u200d](?=[\u0620-\u0dff]))|(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** @param {string} text */
export const plain = (text) => text.replaceAll("\r\n", "\n").replace(UNSAFE, (_, joiner) => joiner ?? "\ufffd");
