import type { PublishOptions } from '../bus/bus.ts';
import { encodeBody } from '../codec/json-codec.ts';
import type { MessageLimits } from '../codec/limits.ts';
import type { Contract } from '../contracts/contract.ts';
import { validatePayload } from '../contracts/validate-payload.ts';
import type { Clock, NewId, TransportCapabilities } from '../driver/index.ts';
import { checkAttribute } from '../envelope/check-headers.ts';
import { checkKey } from '../envelope/check-key.ts';
import { toTransportMessage } from '../envelope/to-transport-message.ts';
import { BusError } from '../errors/bus-error.ts';
import { checkPublishOptions } from './check-publish-options.ts';
import type { DelayReach } from './delay-reach.ts';
import type { PreparedMessage } from './prepared-message.ts';

/** What a captured publish takes over from the message whose handling published it. */
export interface Lineage {
  readonly idPrefix: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly tenant: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** Turns a payload into what a transport carries, or throws; a promise only where the schema itself is asynchronous. */
export type PrepareMessage = <Payload>(
  contract: Contract<Payload>,
  payload: Payload,
  options: PublishOptions | undefined,
  lineage: Lineage | undefined,
) => PreparedMessage | Promise<PreparedMessage>;

export interface PrepareMessageOptions {
  readonly source: string;
  readonly limits: MessageLimits;
  readonly capabilities: TransportCapabilities;
  readonly delays: DelayReach;
  readonly clock: Clock;
  readonly newId: NewId;
  /** False leaves a wrong payload to its consumer. */
  readonly validates: boolean;
}

export function createPrepareMessage(settings: PrepareMessageOptions): PrepareMessage {
  return (contract, payload, options, lineage) => {
    if (!settings.validates) return build(settings, contract, payload, options, lineage);
    const validated = validatePayload(contract, payload);
    if (validated instanceof Promise) {
      return validated.then((value) => build(settings, contract, value, options, lineage));
    }
    return build(settings, contract, validated, options, lineage);
  };
}

function build<Payload>(
  settings: PrepareMessageOptions,
  contract: Contract<Payload>,
  payload: Payload,
  options: PublishOptions | undefined,
  lineage: Lineage | undefined,
): PreparedMessage {
  if (options !== undefined) {
    checkPublishOptions(contract, options);
    for (const name of attributes) checkAttribute(name, options[name], settings.limits);
  }
  // The size before the keys, which are made of what is in it.
  const body = encodeBody(payload, settings.limits);
  const delayMs = delayOf(contract, options, settings.delays);
  const id = options?.id ?? settings.newId();
  const key = keyOf(settings, contract, 'orderingKey', payload, undefined);
  const message = toTransportMessage(
    {
      id,
      source: settings.source,
      type: contract.name,
      version: contract.version,
      timeMs: settings.clock.now(),
      key,
      deduplicationKey: keyOf(settings, contract, 'deduplicationKey', payload, key) ?? id,
      correlationId: options?.correlationId ?? lineage?.correlationId ?? id,
      causationId: lineage?.causationId,
      traceparent: options?.traceparent ?? lineage?.traceparent,
      tracestate: options?.tracestate ?? lineage?.tracestate,
      tenant: options?.tenant ?? lineage?.tenant,
      headers: options?.headers,
      body,
      delayMs,
    },
    settings.limits,
  );
  return delayMs > settings.delays.brokerMsMax ? { ...message, delayedBy: 'store' } : message;
}

/** What a publisher may set of the envelope; each travels in a field or header of its own. */
const attributes = ['id', 'correlationId', 'tenant', 'traceparent', 'tracestate'] as const;

function keyOf<Payload>(
  { capabilities, limits }: PrepareMessageOptions,
  contract: Contract<Payload>,
  kind: 'orderingKey' | 'deduplicationKey',
  payload: Payload,
  checked: string | undefined,
): string | undefined {
  const keyFunction = contract[kind];
  if (keyFunction === undefined) return undefined;
  const key: unknown = keyFunction(payload);
  // The ordering key once more, as often: it has been looked at.
  if (key !== undefined && key === checked) return checked;
  // Where a deduplication key is too long for the broker, its driver hashes it.
  const charsMax = kind === 'orderingKey' ? capabilities.message.keyCharsMax : Infinity;
  return checkKey(key, { contract: contract.name, kind, charsMax, limits });
}

function delayOf(
  contract: { readonly name: string },
  options: PublishOptions | undefined,
  { brokerMsMax, storeMsMax, lack }: DelayReach,
): number {
  const delayMs = options?.delayMs ?? 0;
  const max = Math.max(brokerMsMax, storeMsMax);
  if (delayMs >= 0 && delayMs <= max) return delayMs;
  const reason = lack === '' ? '' : ` The broker keeps none that is longer, and ${lack}.`;
  throw new BusError({
    code: 'delay-unsupported',
    message: `A delay of ${delayMs} ms on ${contract.name} is outside 0 to ${max} ms.${reason}`,
    path: 'delayMs',
  });
}
