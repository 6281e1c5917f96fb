import type { Delivery, TransportMessage, TransportReceiver } from '@waybill/core/driver';
import { receives } from './change-driver.ts';
import type { Mutant } from './mutant.ts';

/** What a driver can do wrong with the order and the place of a key. */
export const orderMutants: readonly Mutant[] = [
  {
    name: 'one message in seven is sent behind the next one',
    killedBy: 'ORD-1',
    finding: 'the order of deliveries',
    mutate: () => {
      let sent = 0;
      let late: readonly TransportMessage[] = [];
      return {
        driver: () => ({
          sender: (sender) => ({
            sendBatch: async (messages) => {
              sent += 1;
              if (sent % 7 === 0) {
                late = messages;
                return messages.map(() => ({ status: 'confirmed' }));
              }
              const outcomes = await sender.sendBatch(messages);
              if (late.length > 0) await sender.sendBatch(late);
              late = [];
              return outcomes;
            },
          }),
        }),
      };
    },
  },
  {
    name: 'what a receiver still holds when it closes goes behind the rest of its key',
    killedBy: 'ORD-5',
    finding: 'started after',
    mutate: () => ({
      driver: (driver) => ({
        receiver: (receiver, address) => {
          const held = new Map<object, Delivery>();
          return {
            ...holding(receiver, held),
            close: async () => {
              const sender = await driver.openSender(address);
              const rest = [...held.values()];
              await receiver.settleBatch(rest.map(({ receipt }) => ({ receipt, action: 'accept' })));
              await sender.sendBatch(rest.map((delivery) => delivery.message));
              await receiver.close();
            },
          };
        },
      }),
    }),
  },
  {
    name: 'what is handed out is forgotten by the broker',
    killedBy: 'ORD-6',
    finding: 'messages are accepted: not within',
    mutate: () =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => {
          const deliveries = await receiver.receiveBatch(limit, signal);
          await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
          return deliveries;
        },
        settleBatch: async (settlements) => settlements.map(() => ({ status: 'settled' })),
        extendBatch: async (receipts) => receipts.map(() => 'extended'),
      })),
  },
  {
    name: 'nothing is handed out while anything is held',
    killedBy: 'ORD-9',
    finding: '40 messages are accepted',
    mutate: ({ clock }) =>
      receives((receiver) => {
        const held = new Map<object, Delivery>();
        const { receiveBatch, settleBatch } = holding(receiver, held);
        return {
          settleBatch,
          receiveBatch: async (limit, signal) => {
            while (held.size > 0 && !signal.aborted) await clock.sleep(2, signal);
            return receiveBatch(Math.min(limit, 1), signal);
          },
        };
      }),
  },
  {
    name: 'every connection has its own idea of where a key belongs',
    killedBy: 'ORD-11',
    finding: 'started',
    mutate: () => {
      let connections = 0;
      return {
        driver: () => {
          connections += 1;
          const suffix = `#${connections}`;
          return {
            sender: (sender) => ({
              sendBatch: (messages) =>
                sender.sendBatch(messages.map((each) => ({ ...each, key: each.key && each.key + suffix }))),
            }),
            receiver: (receiver) => ({
              receiveBatch: async (limit, signal) => (await receiver.receiveBatch(limit, signal)).map(withoutSuffix),
            }),
          };
        },
      };
    },
  },
  {
    name: 'a delayed message is sent when its time has come, behind all that was sent meanwhile',
    killedBy: 'ORD-13',
    finding: 'what was handled, in order',
    mutate: ({ clock }) => ({
      driver: () => ({
        sender: (sender) => ({
          sendBatch: (messages) => {
            const now = messages.filter(({ delayMs }) => delayMs === 0);
            for (const each of messages) {
              if (each.delayMs > 0) clock.after(each.delayMs, () => void sender.sendBatch([{ ...each, delayMs: 0 }]));
            }
            return now.length === messages.length
              ? sender.sendBatch(messages)
              : Promise.resolve(messages.map(() => ({ status: 'confirmed' })));
          },
        }),
      }),
    }),
  },
];

/** Knows what the receiver has handed out and not settled. */
function holding(receiver: TransportReceiver, held: Map<object, Delivery>) {
  const receiveBatch: TransportReceiver['receiveBatch'] = async (limit, signal) => {
    const deliveries = await receiver.receiveBatch(limit, signal);
    for (const delivery of deliveries) held.set(delivery.receipt, delivery);
    return deliveries;
  };
  const settleBatch: TransportReceiver['settleBatch'] = async (settlements) => {
    for (const { receipt } of settlements) held.delete(receipt);
    return receiver.settleBatch(settlements);
  };
  return { receiveBatch, settleBatch };
}

const withoutSuffix = (delivery: Delivery): Delivery => ({
  ...delivery,
  message: { ...delivery.message, key: delivery.message.key?.replace(/#\d+$/u, '') },
});
