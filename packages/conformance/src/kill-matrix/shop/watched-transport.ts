import type { Receipt, TransportDriver, TransportReceiver, TransportSender } from '@waybill/core/driver';
import type { StrikePoint } from './strike-point.ts';

export interface TransportWatch {
  readonly strikes: StrikePoint;
  /** Ids of the messages whose letters this process has put. */
  readonly letters: ReadonlySet<string>;
  readonly onReceived: (deliveries: number) => void;
}

/** The transport of a shop, which passes the boundaries R2, R3, C1, C6–C8 and D3. */
export function watchTransport(transport: TransportDriver, watch: TransportWatch): TransportDriver {
  return {
    ...transport,
    openSender: async (channel) => watchSender(await transport.openSender(channel), watch),
    openReceiver: async (subscription, options) =>
      watchReceiver(await transport.openReceiver(subscription, options), watch),
  };
}

function watchSender(sender: TransportSender, { strikes }: TransportWatch): TransportSender {
  return {
    sendBatch: async (messages) => {
      await strikes.reach('R2');
      await strikes.reach('R3');
      return sender.sendBatch(messages);
    },
    close: () => sender.close(),
  };
}

function watchReceiver(receiver: TransportReceiver, watch: TransportWatch): TransportReceiver {
  const { reach } = watch.strikes;
  const messageIds = new WeakMap<Receipt, string>();
  const isOfLetter = (receipt: Receipt): boolean => watch.letters.has(messageIds.get(receipt) ?? '');
  return {
    receiveBatch: async (limit, signal) => {
      const deliveries = await receiver.receiveBatch(limit, signal);
      if (deliveries.length === 0) return deliveries;
      watch.onReceived(deliveries.length);
      for (const { receipt, message } of deliveries) messageIds.set(receipt, message.id);
      await reach('C1');
      return deliveries;
    },
    settleBatch: async (settlements) => {
      const accepted = settlements.filter(({ action }) => action === 'accept');
      if (accepted.length === 0) return receiver.settleBatch(settlements);
      await reach('C6');
      await reach('C7');
      if (accepted.some(({ receipt }) => isOfLetter(receipt))) await reach('D3');
      const outcomes = await receiver.settleBatch(settlements);
      await reach('C8');
      return outcomes;
    },
    extendBatch: (receipts, leaseMs) => receiver.extendBatch(receipts, leaseMs),
    close: () => receiver.close(),
  };
}
