import { BusError } from '../errors/bus-error.ts';
import { isTooDeep } from './is-too-deep.ts';
import type { MessageLimits } from './limits.ts';
import { reachesPrototype } from './reaches-prototype.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a payload as JSON in UTF-8.
 * @throws `payload-not-serializable`, `body-too-deep`, `message-too-large`
 */
export function encodeBody(payload: unknown, limits: MessageLimits): Uint8Array {
  const text = stringify(payload);
  if (isTooDeep(text, limits.depthMax)) {
    throw new BusError({
      code: 'body-too-deep',
      message: `A payload is nested deeper than ${limits.depthMax} levels.`,
    });
  }
  const body = encoder.encode(text);
  if (body.byteLength > limits.bodyBytesMax) {
    throw new BusError({
      code: 'message-too-large',
      message: `A payload takes ${body.byteLength} bytes; ${limits.bodyBytesMax} are allowed.`,
    });
  }
  return body;
}

/**
 * Reads JSON that anybody may have written. Size and depth are checked before it is parsed; a body that reaches for a prototype is
 * refused. Of duplicate keys the last one counts, as in `JSON.parse`. A byte order mark is malformed.
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
  if (isTooDeep(text, limits.depthMax)) {
    throw new BusError({ code: 'body-too-deep', message: `A body is nested deeper than ${limits.depthMax} levels.` });
  }
  const value = parse(text);
  if (reachesPrototype(text, value)) {
    throw new BusError({ code: 'body-poisoned', message: 'A body names an object prototype.' });
  }
  return value;
}

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
