import type { BusServices } from '../bus/bus-services.ts';
import { errorText } from '../dead-letters/error-text.ts';
import { letterId } from '../dead-letters/letter-id.ts';
import type { Delivery } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { isBusError } from '../errors/bus-error.ts';
import type { BusErrorCode } from '../errors/error-code.ts';
import { createClaims } from './create-claims.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

export interface DeadLetterInput {
  readonly delivery: Pick<Delivery, 'message' | 'origin'>;
  readonly error: unknown;
  readonly attempts: number;
  readonly role: 'poison' | 'behind';
  readonly firstFailedAtMs: number;
}

/**
 * Puts a message aside in the store, whole and with its reason; the source is settled only after this has resolved. Under
 * `dead-letter` the key's cursor passes the message, so that the key goes on; under `park-key` it stays, so that a replay is in order.
 * `key-open`: nothing was written, because the key behind which the message was to wait has been freed meanwhile.
 */
export type WriteDeadLetter = (input: DeadLetterInput) => Promise<BusErrorCode | 'key-open'>;

export function createDeadLetterWriter(spec: SubscriptionSpec, services: BusServices): WriteDeadLetter {
  const claims = createClaims(spec, services.transport.capabilities);
  const parksKey = spec.guarantees.onPoison === 'park-key';
  return async (input) => {
    const { error, role } = input;
    const { message } = input.delivery;
    const code = role === 'behind' ? 'key-parked' : codeOf(error);
    const parks = (parksKey && message.key !== undefined) || code === 'sequence-gap';
    return services.runTransaction(async (transaction) => {
      if (role === 'behind' && !(await claims.isParked(transaction, message))) return 'key-open';
      const isOpen = parks || (await claims.passOver(transaction, message, readSequence(message)));
      if (!isOpen) return code;
      const letter = toLetter(spec, input, code);
      await transaction.changeDeadLetters([{ change: 'put', letter, parksKey: parks, outboxRowId: undefined }]);
      return code;
    });
  };
}

/** A user's error that kept coming is told apart from what core itself refuses. */
function codeOf(error: unknown): BusErrorCode {
  return isBusError(error) ? error.code : 'attempts-exhausted';
}

function toLetter(spec: SubscriptionSpec, input: DeadLetterInput, code: BusErrorCode) {
  const { message, origin } = input.delivery;
  return {
    id: letterId(spec.name, input.delivery),
    subscription: spec.name,
    kind: spec.address.kind,
    channel: spec.address.channel,
    messageId: message.id,
    key: message.key,
    deduplicationKey: message.deduplicationKey,
    headers: message.headers,
    body: message.body,
    reason: code,
    error: errorText(input.error),
    attempts: input.attempts,
    role: input.role,
    firstFailedAtMs: input.firstFailedAtMs,
    origin,
  };
}
