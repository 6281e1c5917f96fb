import type {
  ChannelAddress,
  Delivery,
  Receipt,
  TransportDriver,
  TransportMessage,
  TransportReceiver,
} from '@waybill/core/driver';
import { receives, sends, sendsInstead } from './change-driver.ts';
import type { Mutant } from './mutant.ts';

/** What a driver can do wrong with destinations, batches, delays and confirmations. */
export const deliveryMutants: readonly Mutant[] = [
  {
    name: 'every sender of a connection sends to the channel of its first',
    killedBy: 'DEL-7',
    finding: 'what came on channel',
    mutate: () => ({
      driver: (driver) => {
        let first: ChannelAddress | undefined;
        return {
          driver: {
            openSender: (address) => {
              first ??= address;
              return driver.openSender(first);
            },
          },
        };
      },
    }),
  },
  {
    name: 'a channel is only made together with a subscription',
    killedBy: 'DEL-9',
    finding: 'messages are accepted',
    mutate: () => ({
      driver: (driver) => ({
        driver: {
          ensureTopology: async (topology) => {
            if (topology.subscriptions.length > 0) await driver.ensureTopology(topology);
          },
        },
      }),
    }),
  },
  {
    name: 'a connection sends nothing until it has a receiver',
    killedBy: 'DEL-10',
    finding: 'messages are accepted',
    mutate: () => ({
      driver: (driver) => {
        let hasReceiver = false;
        return {
          openReceiver: (address, options) => {
            hasReceiver = true;
            return driver.openReceiver(address, options);
          },
          sender: (sender) => ({
            sendBatch: async (messages) =>
              hasReceiver ? sender.sendBatch(messages) : messages.map(() => ({ status: 'confirmed' })),
          }),
        };
      },
    }),
  },
  {
    name: 'an empty queue hands over a message that nobody sent',
    killedBy: 'DEL-11',
    finding: 'what an empty queue gives',
    mutate: () =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => {
          const deliveries = await receiver.receiveBatch(limit, signal);
          return deliveries.length === 0 ? [ghost()] : deliveries;
        },
      })),
  },
  {
    name: 'only the first hundred messages of a batch are sent',
    killedBy: 'DEL-12',
    finding: 'of the full batch are missing',
    mutate: () =>
      sends((sender) => async (messages) => {
        const outcomes = await sender.sendBatch(messages.slice(0, 100));
        return messages.map((_, place) => outcomes[place] ?? { status: 'confirmed' });
      }),
  },
  {
    name: 'a delay is left out',
    killedBy: 'DEL-15',
    finding: 'before its time',
    mutate: () => sendsInstead((message) => ({ ...message, delayMs: 0 })),
  },
  {
    name: 'a delay is taken for a hundred times as long',
    killedBy: 'DEL-15',
    finding: 'messages are accepted',
    mutate: () => sendsInstead((message) => ({ ...message, delayMs: message.delayMs * 100 })),
  },
  {
    name: 'a message is confirmed before it is sent',
    killedBy: 'DEL-21',
    finding: 'what came of what was confirmed',
    mutate: ({ clock }) =>
      sends((sender) => async (messages) => {
        clock.after(20, () => void sender.sendBatch(messages).catch(() => undefined));
        return messages.map(() => ({ status: 'confirmed' }));
      }),
  },
  {
    name: 'a message to nowhere is confirmed',
    killedBy: 'DEL-22',
    finding: 'refused as not-found or unroutable',
    mutate: () => ({
      driver: (driver) => ({
        driver: {
          openSender: (address) =>
            driver.openSender(address).catch(() => ({
              sendBatch: async (messages: readonly TransportMessage[]) =>
                messages.map(() => ({ status: 'confirmed' }) as const),
              close: async () => undefined,
            })),
        },
      }),
    }),
  },
  {
    name: 'a release after an acceptance brings the message back',
    killedBy: 'ACK-3',
    finding: 'what came after both were accepted',
    mutate: () => ({ driver: (driver) => ({ receiver: (receiver, address) => reviving(driver, receiver, address) }) }),
  },
  {
    name: 'an acceptance that is made twice brings the message back',
    killedBy: 'ACK-14',
    finding: 'deliveries of accepted messages',
    mutate: () => ({ driver: (driver) => ({ receiver: (receiver, address) => reviving(driver, receiver, address) }) }),
  },
  {
    name: 'closing a receiver accepts what it holds',
    killedBy: 'ACK-12',
    finding: '1 messages are accepted by next',
    mutate: () =>
      receives((receiver) => {
        const held = new Set<Receipt>();
        return {
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            for (const { receipt } of deliveries) held.add(receipt);
            return deliveries;
          },
          close: async () => {
            await receiver.settleBatch([...held].map((receipt) => ({ receipt, action: 'accept' })));
            await receiver.close();
          },
        };
      }),
  },
];

function ghost(): Delivery {
  const message = {
    id: 'ghost',
    key: undefined,
    deduplicationKey: 'ghost',
    headers: {},
    body: new Uint8Array(),
    delayMs: 0,
  };
  return { receipt: {}, message, attempt: 1, enqueuedAtMs: undefined, origin: undefined };
}

/** A receiver that sends a message again when it is settled a second time. */
function reviving(
  driver: TransportDriver,
  receiver: TransportReceiver,
  address: ChannelAddress,
): Pick<TransportReceiver, 'receiveBatch' | 'settleBatch'> {
  const messages = new Map<Receipt, TransportMessage>();
  const settled = new Set<Receipt>();
  return {
    receiveBatch: async (limit, signal) => {
      const deliveries = await receiver.receiveBatch(limit, signal);
      for (const { receipt, message } of deliveries) messages.set(receipt, message);
      return deliveries;
    },
    settleBatch: async (settlements) => {
      const again = settlements.filter(({ receipt }) => settled.has(receipt));
      const revived = again.map(({ receipt }) => messages.get(receipt)).filter((message) => message !== undefined);
      for (const { receipt } of settlements) settled.add(receipt);
      if (revived.length > 0) await (await driver.openSender(address)).sendBatch(revived);
      return receiver.settleBatch(settlements);
    },
  };
}
