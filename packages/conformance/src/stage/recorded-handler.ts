import type { HandlerContext } from '@waybill/core';
import type { World } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';

/** A handler that writes the ledger round `work`. */
export function recordedHandler(
  { ledger }: World,
  consumerId: string,
  work: (payload: Numbered, context: HandlerContext) => Promise<void> | void = () => undefined,
): (payload: Numbered, context: HandlerContext) => Promise<void> {
  return async (payload, context) => {
    const { id: messageId, attempt } = context.envelope;
    const end = ledger.deliver({ consumerId, pid: process.pid, messageId, key: payload.key, attempt });
    try {
      await work(payload, context);
      end('accepted');
    } catch (error) {
      end('failed');
      throw error;
    }
  };
}

/** How many different messages have been accepted so far, by one consumer or all. */
export function acceptedCount({ ledger }: World, consumerPrefix = ''): number {
  const accepted = ledger.deliveries.filter(
    ({ outcome, consumerId }) => outcome === 'accepted' && consumerId.startsWith(consumerPrefix),
  );
  return new Set(accepted.map(({ messageId }) => messageId)).size;
}
