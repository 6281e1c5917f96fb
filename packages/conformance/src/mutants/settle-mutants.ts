import type { Delivery, Receipt, Settlement, TransportReceiver } from '@waybill/core/driver';
import { receives, receivesInstead } from './change-driver.ts';
import type { Mutant, Mutation } from './mutant.ts';

/** What a receiver can do wrong with settlements and with what comes again. */
export const settleMutants: readonly Mutant[] = [
  {
    name: 'a delivery is accepted before its handler runs',
    killedBy: 'ACK-5',
    finding: 'what the other got',
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
    name: 'a release accepts',
    killedBy: 'ACK-1',
    finding: 'a message that is there is delivered',
    mutate: () => settlesInstead(({ receipt }) => ({ receipt, action: 'accept' })),
  },
  {
    name: 'the last acceptance waits for the next one',
    killedBy: 'ACK-2',
    finding: 'what a new connection got',
    mutate: () =>
      receives((receiver) => {
        let late: readonly Settlement[] = [];
        return {
          settleBatch: async (settlements) => {
            const due = late;
            late = settlements;
            if (due.length > 0) await receiver.settleBatch(due);
            return settlements.map(() => ({ status: 'settled' }));
          },
        };
      }),
  },
  {
    name: 'one acceptance in ten does not reach the broker',
    killedBy: 'DEL-3',
    finding: 'what came after all was accepted',
    mutate: () => {
      let settled = 0;
      return receives((receiver) => ({
        settleBatch: async (settlements) => {
          settled += 1;
          return settled % 10 === 0
            ? settlements.map(() => ({ status: 'settled' }))
            : receiver.settleBatch(settlements);
        },
      }));
    },
  },
  {
    name: 'a released message goes to the end of its key',
    killedBy: 'ORD-4',
    finding: 'the order of deliveries',
    mutate: () => ({
      driver: (driver) => ({
        receiver: (receiver, address) => {
          const held = remember(receiver);
          return {
            ...held.receiver,
            settleBatch: async (settlements) => {
              const sender = await driver.openSender(address);
              const released = settlements.filter(({ action }) => action === 'release');
              const again = released.map(({ receipt }) => held.messageOf(receipt)).filter((each) => each !== undefined);
              const outcomes = await receiver.settleBatch(settlements.map(accepting));
              if (again.length > 0) await sender.sendBatch(again);
              return outcomes;
            },
          };
        },
      }),
    }),
  },
  {
    name: 'a message is dropped when it is released for the hundredth time',
    killedBy: 'ACK-15',
    finding: 'a message that is there is delivered',
    mutate: () =>
      receives((receiver) => {
        const tired = new Set<Receipt>();
        return {
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            for (const { receipt, attempt } of deliveries) if (attempt >= 100) tired.add(receipt);
            return deliveries;
          },
          settleBatch: (settlements) =>
            receiver.settleBatch(settlements.map((each) => (tired.has(each.receipt) ? accepting(each) : each))),
        };
      }),
  },
  {
    name: 'accepting one delivery accepts all that came before it',
    killedBy: 'ACK-6',
    finding: 'was confirmed and never accepted',
    mutate: () =>
      receives((receiver) => {
        const held: Receipt[] = [];
        return {
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            held.push(...deliveries.map(({ receipt }) => receipt));
            return deliveries;
          },
          settleBatch: async (settlements) => {
            const last = held.findLastIndex((each) => settlements.some(({ receipt }) => receipt === each));
            await receiver.settleBatch(held.splice(0, last + 1).map((receipt) => ({ receipt, action: 'accept' })));
            return settlements.map(() => ({ status: 'settled' }));
          },
        };
      }),
  },
  {
    name: 'a batch of settlements ends as its first one says',
    killedBy: 'DEL-14',
    finding: 'what came again',
    mutate: () =>
      receives((receiver) => ({
        settleBatch: ([first, ...others]) =>
          receiver.settleBatch(
            first === undefined ? [] : [first, ...others.map(({ receipt }) => ({ ...first, receipt }))],
          ),
      })),
  },
  {
    name: 'every attempt is the first',
    killedBy: 'ACK-10',
    finding: 'came as attempt 1 where 2 was due',
    mutate: () => receivesInstead((delivery) => ({ ...delivery, attempt: 1 })),
  },
  {
    name: 'the attempts of one message go on in the next',
    killedBy: 'ACK-10',
    finding: 'came as attempt 5 where 1 was due',
    mutate: () => {
      let attempts = 0;
      return receivesInstead((delivery) => {
        attempts += 1;
        return { ...delivery, attempt: attempts };
      });
    },
  },
  {
    name: 'what comes again has a header more than was sent',
    killedBy: 'ACK-11',
    finding: 'the headers in round 2',
    mutate: () =>
      receivesInstead((delivery) => {
        if (delivery.attempt === 1) return delivery;
        const headers = { ...delivery.message.headers, 'x-redelivered': 'true' };
        return { ...delivery, message: { ...delivery.message, headers } };
      }),
  },
];

function settlesInstead(alter: (settlement: Settlement) => Settlement): Mutation {
  return receives((receiver) => ({ settleBatch: (settlements) => receiver.settleBatch(settlements.map(alter)) }));
}

const accepting = ({ receipt }: Settlement): Settlement => ({ receipt, action: 'accept' });

/** A receiver that knows the messages of its receipts. */
function remember(receiver: TransportReceiver) {
  const messages = new Map<Receipt, Delivery['message']>();
  const receiveBatch: TransportReceiver['receiveBatch'] = async (limit, signal) => {
    const deliveries = await receiver.receiveBatch(limit, signal);
    for (const { receipt, message } of deliveries) messages.set(receipt, message);
    return deliveries;
  };
  return { receiver: { receiveBatch }, messageOf: (receipt: Receipt) => messages.get(receipt) };
}
