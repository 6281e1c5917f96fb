import type { MessageLimits } from '../codec/limits.ts';
import type { TransportMessage } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { isLonger } from './check-headers.ts';
import type { Envelope, Sequence } from './envelope.ts';
import { headerNames, isReservedHeader } from './header-names.ts';
import { createTimeText } from './time-text.ts';

const timeText = createTimeText();

export interface ReadEnvelopeOptions {
  /** From the broker and this process; never from a header, which a producer can set. */
  readonly attempt: number;
  readonly limits: MessageLimits;
}

/** Reads what `toTransportMessage` wrote, or what a foreign publisher wrote in its place. @throws `envelope-invalid` */
export function readEnvelope(message: TransportMessage, { attempt, limits }: ReadEnvelopeOptions): Envelope {
  const { id, headers } = message;
  if (id === '') throw invalid('the message has no id');
  return {
    id,
    source: headers[headerNames.source] ?? '',
    type: required(headers, headerNames.type),
    version: readVersion(headers),
    timeMs: readTime(headers),
    orderingKey: message.key,
    deduplicationKey: message.deduplicationKey,
    sequence: readSequence(message),
    attempt,
    correlationId: headers[headerNames.correlation] ?? id,
    causationId: headers[headerNames.causation],
    traceparent: headers[headerNames.traceparent],
    tracestate: headers[headerNames.tracestate],
    tenant: headers[headerNames.tenant],
    headers: readCustom(headers, limits),
  };
}

/** The number that the outbox gave; `undefined` without a well-formed one. Never throws. */
export function readSequence({ headers }: Pick<TransportMessage, 'headers'>): Sequence | undefined {
  const text = headers[headerNames.sequence];
  if (text === undefined) return undefined;
  const number = Number(text);
  const epoch = headers[headerNames.epoch];
  return Number.isSafeInteger(number) && number >= 1 && epoch !== undefined ? { epoch, number } : undefined;
}

function readVersion(headers: TransportMessage['headers']): number {
  const version = Number(required(headers, headerNames.version));
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw invalid(`${headerNames.version} is not a whole number from 1`);
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
    const value = headers[name] as string;
    if (isLonger(name, value, headerBytesMax)) throw invalid(`a header is longer than ${headerBytesMax} bytes`);
    if (isReservedHeader(name)) continue;
    count += 1;
    if (count > headersMax) throw invalid(`there are more than ${headersMax} headers`);
    custom ??= Object.create(null) as Record<string, string>;
    custom[name] = value;
  }
  return custom ?? noHeaders;
}

function required(headers: TransportMessage['headers'], name: string): string {
  const value = headers[name];
  if (value !== undefined && value !== '') return value;
  throw invalid(`the header ${name} is missing`);
}

const invalid = (problem: string): BusError =>
  new BusError({ code: 'envelope-invalid', message: `A received message cannot be read: ${problem}.` });
