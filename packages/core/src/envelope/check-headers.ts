import type { MessageLimits } from '../codec/limits.ts';
import { BusError } from '../errors/bus-error.ts';
import { findTextProblem } from './find-text-problem.ts';
import { isReservedHeader } from './header-names.ts';

const encoder = new TextEncoder();

/** What every broker carries, in HTTP's own alphabet; `__proto__` does not match. */
const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/i;

/** Checks a publisher's own headers. @throws `too-many-headers`, `header-invalid` */
export function checkHeaders(headers: Readonly<Record<string, string>>, limits: MessageLimits): void {
  const names = Object.keys(headers);
  if (names.length > limits.headersMax) {
    throw new BusError({
      code: 'too-many-headers',
      message: `A message has ${names.length} headers; ${limits.headersMax} are allowed.`,
      path: 'headers',
    });
  }
  for (const name of names) {
    const problem = findProblem(name, headers[name], limits);
    if (problem !== undefined) {
      // The name is quoted as JSON, so that nothing in it can forge a line of a log.
      const message = `The header ${JSON.stringify(name.slice(0, 100))} ${problem}.`;
      throw new BusError({ code: 'header-invalid', message, path: 'headers' });
    }
  }
}

/** Checks what a publisher gave for one attribute of the envelope, such as its tenant. @throws `header-invalid` */
export function checkAttribute(name: string, value: unknown, limits: MessageLimits): void {
  if (value === undefined) return;
  const problem = value === '' ? 'is empty' : findValueProblem(name, value, limits);
  if (problem === undefined) return;
  throw new BusError({ code: 'header-invalid', message: `The option ${name} ${problem}.`, path: name });
}

function findProblem(name: string, value: unknown, limits: MessageLimits): string | undefined {
  if (!namePattern.test(name)) return 'has a name outside letters, digits, ".", "_" and "-"';
  if (isReservedHeader(name.toLowerCase())) return 'is reserved';
  return findValueProblem(name, value, limits);
}

function findValueProblem(name: string, value: unknown, { headerBytesMax }: MessageLimits): string | undefined {
  if (typeof value !== 'string') return 'is not a text';
  return (
    findTextProblem(value) ??
    (isLonger(name, value, headerBytesMax) ? `is longer than ${headerBytesMax} bytes` : undefined)
  );
}

/** Whether a header takes more than `bytesMax` in UTF-8, which needs one to three bytes a unit. */
export function isLonger(name: string, value: string, bytesMax: number): boolean {
  const chars = name.length + value.length;
  return chars > bytesMax || (chars * 3 > bytesMax && encoder.encode(name + value).byteLength > bytesMax);
}
