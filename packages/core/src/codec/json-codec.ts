import { BusError } from '../errors/bus-error.ts';
import { createTextEncoder } from './encode-text.ts';
import { isTooDeep } from './is-too-deep.ts';
import type { MessageLimits } from './limits.ts';
import { escapesLetters, mentionsPrototype, reachesPrototype } from './reaches-prototype.ts';

const encodeText = createTextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a payload as JSON in UTF-8, and refuses what `decodeBody` would refuse. As in `JSON.stringify`, what JSON has no form for
 * is left out or becomes `null`, and `-0` becomes `0`.
 * @throws `payload-not-serializable`, `message-too-large`, `body-too-deep`, `body-poisoned`
 */
export function encodeBody(payload: unknown, limits: MessageLimits): Uint8Array {
  const text = stringify(payload);
  // UTF-8 takes at least a byte for every unit of a text: what is far too large is not even encoded.
  if (text.length > limits.bodyBytesMax) throw tooLarge(text.length, limits);
  const body = encodeText(text);
  if (body.byteLength > limits.bodyBytesMax) throw tooLarge(body.byteLength, limits);
  if (isTooDeep(text, body, limits.depthMax)) {
    throw new BusError({
      code: 'body-too-deep',
      message: `A payload is nested deeper than ${limits.depthMax} levels.`,
    });
  }
  // No look for escapes here: `JSON.stringify` never escapes letters.
  if (mentionsPrototype(text) && reachesPrototype(JSON.parse(text))) {
    throw new BusError({
      code: 'body-poisoned',
      message: 'A payload has a key that names an object prototype.',
      remedy: 'Take the key out of the payload.',
    });
  }
  return body;
}

/**
 * Reads JSON that anybody may have written. Size and depth are checked before it is parsed; a body that reaches for a prototype is
 * refused. Of duplicate keys the last one counts and numbers become doubles, as in `JSON.parse`: a whole number beyond 2⁵³ arrives
 * rounded, so ids and sums of that size are written as text. A byte order mark is malformed.
 * @throws `body-too-large`, `body-too-deep`, `body-malformed`, `body-poisoned`
 */
export function decodeBody(body: Uint8Array, limits: MessageLimits): unknown {
  if (body.byteLength > limits.bodyBytesMax) {
    throw new BusError({
      code: 'body-too-large',
      message: `A body has ${body.byteLength} bytes; ${limits.bodyBytesMax} are allowed.`,
    });
  }
  const text = decodeText(body);
  if (isTooDeep(text, body, limits.depthMax)) {
    throw new BusError({ code: 'body-too-deep', message: `A body is nested deeper than ${limits.depthMax} levels.` });
  }
  const value = parse(text);
  if ((mentionsPrototype(text) || escapesLetters(text)) && reachesPrototype(value)) {
    throw new BusError({ code: 'body-poisoned', message: 'A body names an object prototype.' });
  }
  return value;
}

const tooLarge = (bytes: number, { bodyBytesMax }: MessageLimits): BusError =>
  new BusError({
    code: 'message-too-large',
    message: `A payload takes at least ${bytes} bytes; ${bodyBytesMax} are allowed.`,
  });

function stringify(payload: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (cause) {
    throw new BusError({ code: 'payload-not-serializable', message: 'A payload cannot be written as JSON.', cause });
  }
  if (text !== undefined) return text;
  throw new BusError({ code: 'payload-not-serializable', message: 'A payload has no JSON form.' });
}

/** The cause is left out: the parser's own message quotes the body. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BusError({ code: 'body-malformed', message: 'A body is not JSON.' });
  }
}

function decodeText(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new BusError({ code: 'body-malformed', message: 'A body is not UTF-8.' });
  }
}
