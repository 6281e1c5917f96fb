import type { Delivery, TransportMessage, TransportReceiver, TransportSender } from '@waybill/core/driver';
import type { Mutation } from './mutant.ts';

/** A driver whose senders send so. */
export function sends(sendBatchOf: (sender: TransportSender) => TransportSender['sendBatch']): Mutation {
  return { driver: () => ({ sender: (sender) => ({ sendBatch: sendBatchOf(sender) }) }) };
}

/** A driver that sends another message in the place of each. */
export function sendsInstead(alter: (message: TransportMessage) => TransportMessage): Mutation {
  return sends((sender) => (messages) => sender.sendBatch(messages.map(alter)));
}

/** A driver whose receivers have these functions in the place of their own. */
export function receives(changesOf: (receiver: TransportReceiver) => Partial<TransportReceiver>): Mutation {
  return { driver: () => ({ receiver: changesOf }) };
}

/** A driver that hands over another delivery in the place of each. */
export function receivesInstead(alter: (delivery: Delivery) => Delivery): Mutation {
  return receives((receiver) => ({
    receiveBatch: async (limit, signal) => (await receiver.receiveBatch(limit, signal)).map(alter),
  }));
}
