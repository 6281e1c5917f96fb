import type { MessageLimits } from '../codec/limits.ts';
import type { TransportMessage } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { isLonger } from './check-headers.ts';
import type { Envelope, Sequence } from './envelope.ts';
import { findTextProblem } from './find-text-problem.ts';
import { headerNames, isReservedHeader } from './header-names.ts';
import { createTimeText } from './time-text.ts';

const timeText = createTimeText();

export interface ReadEnvelopeOptions {
  /** From the broker and this process; never from a header, which a producer can set. */
  readonly attempt: number;
  readonly limits: MessageLimits;
}

/**
 * Reads what `toTransportMessage` wrote, or what a foreign publisher wrote in its place. Strict about everything that goes on to the
 * store or to what a handler publishes; the publisher's own headers are only counted and measured, and may hold anything.
 * @throws `envelope-invalid`
 */
export function readEnvelope(message: TransportMessage, { attempt, limits }: ReadEnvelopeOptions): Envelope {
  const { headers } = message;
  const custom = readCustom(headers, limits);
  const id = textField('id', message.id, limits);
  const specVersion = headers[headerNames.specVersion];
  if (specVersion !== undefined && specVersion !== '1.0') throw invalid(`${headerNames.specVersion} is not 1.0`);
  const orderingKey = message.key === undefined ? undefined : textField('key', message.key, limits);
  return {
    id,
    source: headers[headerNames.source] ?? '',
    type: required(headers, headerNames.type),
    version: readVersion(headers),
    timeMs: readTime(headers),
    orderingKey,
    deduplicationKey: readDeduplicationKey(message.deduplicationKey, { id, orderingKey, limits }),
    sequence: readSequence(message),
    attempt,
    correlationId: optional(headers, headerNames.correlation) ?? id,
    causationId: optional(headers, headerNames.causation),
    traceparent: optional(headers, headerNames.traceparent),
    tracestate: optional(headers, headerNames.tracestate),
    tenant: optional(headers, headerNames.tenant),
    headers: custom,
  };
}

interface CheckedTexts {
  readonly id: string;
  readonly orderingKey: string | undefined;
  readonly limits: MessageLimits;
}

/** Often the id or the ordering key once more, and those have been looked at. */
const readDeduplicationKey = (key: string, { id, orderingKey, limits }: CheckedTexts): string =>
  key === id || key === orderingKey ? key : textField('deduplication key', key, limits);

/** The number that the outbox gave; `undefined` without a well-formed one. Never throws. */
export function readSequence({ headers }: Pick<TransportMessage, 'headers'>): Sequence | undefined {
  const text = headers[headerNames.sequence];
  if (text === undefined) return undefined;
  const number = wholeNumber(text);
  const epoch = headers[headerNames.epoch];
  if (number === undefined || epoch === undefined || findTextProblem(epoch) !== undefined) return undefined;
  return { epoch, number };
}

function readVersion(headers: TransportMessage['headers']): number {
  const version = wholeNumber(required(headers, headerNames.version));
  if (version !== undefined) return version;
  throw invalid(`${headerNames.version} is not a whole number from 1`);
}

/** From 1, and only as it is printed: `0x10`, `1e3` and ` 2 ` are numbers to JavaScript alone. */
function wholeNumber(text: string): number | undefined {
  // Nearly every version is one digit.
  if (text.length === 1 && text >= '1' && text <= '9') return text.charCodeAt(0) - 0x30;
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 1 && String(number) === text ? number : undefined;
}

function readTime(headers: TransportMessage['headers']): number {
  const timeMs = timeText.read(required(headers, headerNames.time));
  if (Number.isFinite(timeMs)) return timeMs;
  throw invalid(`${headerNames.time} is not a time`);
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

function readCustom(
  headers: TransportMessage['headers'],
  { headersMax, headerBytesMax }: MessageLimits,
): Readonly<Record<string, string>> {
  let custom: Record<string, string> | undefined;
  let count = 0;
  for (const name in headers) {
    const value: unknown = headers[name];
    // Brokers carry more than text; a driver that passed it on would fail further in, again and again.
    if (typeof value !== 'string') throw invalid('a header is not a text');
    if (isLonger(name, value, headerBytesMax)) throw invalid(`a header is longer than ${headerBytesMax} bytes`);
    if (isReservedHeader(name)) continue;
    count += 1;
    if (count > headersMax) throw invalid(`there are more than ${headersMax} headers`);
    custom ??= Object.create(null) as Record<string, string>;
    custom[name] = value;
  }
  return custom ?? noHeaders;
}

function textField(field: string, value: string, { headerBytesMax }: MessageLimits): string {
  if (value === '') throw invalid(`the message has no ${field}`);
  if (isLonger(field, value, headerBytesMax)) throw invalid(`the ${field} is longer than ${headerBytesMax} bytes`);
  return printable(`the ${field}`, value);
}

/** An attribute that a handler's own publishes take over. Empty is as good as absent. */
function optional(headers: TransportMessage['headers'], name: string): string | undefined {
  const value = headers[name];
  return value === undefined || value === '' ? undefined : printable(name, value);
}

function required(headers: TransportMessage['headers'], name: string): string {
  const value = headers[name];
  if (value !== undefined && value !== '') return value;
  throw invalid(`the header ${name} is missing`);
}

function printable(name: string, value: string): string {
  const problem = findTextProblem(value);
  if (problem === undefined) return value;
  throw invalid(`${name} ${problem}`);
}

const invalid = (problem: string): BusError =>
  new BusError({ code: 'envelope-invalid', message: `A received message cannot be read: ${problem}.` });
