import { decodeBody } from '../codec/json-codec.ts';
import type { MessageLimits } from '../codec/limits.ts';
import { upcastPayload } from '../contracts/upcast-payload.ts';
import { validatePayload } from '../contracts/validate-payload.ts';
import type { TransportMessage } from '../driver/index.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { readEnvelope } from '../envelope/read-envelope.ts';
import { BusError } from '../errors/bus-error.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

export interface ReadResult {
  readonly envelope: Envelope;
  readonly payload: unknown;
}

/**
 * Limits, envelope, JSON, upcast and schema, in this order, so that nothing is spent on what a cheaper check refuses. A promise only
 * where the schema itself is asynchronous.
 */
export type ReadMessage = (message: TransportMessage, attempt: number) => ReadResult | Promise<ReadResult>;

export function createMessageReader(
  { contract, name }: Pick<SubscriptionSpec, 'contract' | 'name'>,
  limits: MessageLimits,
): ReadMessage {
  return (message, attempt) => {
    const envelope = readEnvelope(message, { attempt, limits });
    if (envelope.type !== contract.name) {
      throw new BusError({
        code: 'wrong-type',
        message: `A message on ${name} is not of the contract ${contract.name}.`,
      });
    }
    const raw = upcastPayload(contract, envelope.version, decodeBody(message.body, limits));
    const payload = validatePayload(contract, raw);
    if (payload instanceof Promise) return payload.then((validated: unknown) => ({ envelope, payload: validated }));
    return { envelope, payload };
  };
}
