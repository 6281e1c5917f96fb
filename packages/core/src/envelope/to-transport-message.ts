import type { MessageLimits } from '../codec/limits.ts';
import type { TransportMessage } from '../driver/index.ts';
import { checkHeaders } from './check-headers.ts';
import { headerNames } from './header-names.ts';
import { createTimeText } from './time-text.ts';

const timeText = createTimeText();

/** Everything an outgoing message consists of. */
export interface MessageParts {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly version: number;
  readonly timeMs: number;
  readonly key: string | undefined;
  readonly deduplicationKey: string;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly tenant: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: Uint8Array;
  readonly delayMs: number;
}

/** Puts the envelope into headers. @throws `too-many-headers`, `header-invalid` */
export function toTransportMessage(parts: MessageParts, limits: MessageLimits): TransportMessage {
  const headers: Record<string, string> = {
    [headerNames.specVersion]: '1.0',
    [headerNames.source]: parts.source,
    [headerNames.type]: parts.type,
    [headerNames.time]: timeText.write(parts.timeMs),
    [headerNames.version]: String(parts.version),
  };
  // A message that started its own chain needs no header to say so.
  if (parts.correlationId !== parts.id) headers[headerNames.correlation] = parts.correlationId;
  if (parts.causationId !== undefined) headers[headerNames.causation] = parts.causationId;
  if (parts.traceparent !== undefined) headers[headerNames.traceparent] = parts.traceparent;
  if (parts.tracestate !== undefined) headers[headerNames.tracestate] = parts.tracestate;
  if (parts.tenant !== undefined) headers[headerNames.tenant] = parts.tenant;
  if (parts.headers !== undefined) {
    checkHeaders(parts.headers, limits);
    Object.assign(headers, parts.headers);
  }
  const { id, key, deduplicationKey, body, delayMs } = parts;
  return { id, key, deduplicationKey, headers, body, delayMs };
}
