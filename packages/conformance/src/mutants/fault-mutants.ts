import type { Receipt } from '@waybill/core/driver';
import { receives, receivesInstead, sends } from './change-driver.ts';
import type { Mutant } from './mutant.ts';

/** What a driver can do wrong when something breaks, closes or comes from a stranger. */
export const faultMutants: readonly Mutant[] = [
  {
    name: 'a receiver that cannot be opened costs the connection its deliveries',
    killedBy: 'FLT-5',
    finding: 'receipts that were lost meanwhile',
    mutate: () => ({
      driver: (driver) => {
        const losses: (() => void)[] = [];
        return {
          openReceiver: async (address, options) => {
            try {
              const receiver = await driver.openReceiver(address, options);
              const held: Receipt[] = [];
              losses.push(() => {
                options.onLost(held);
              });
              return {
                ...receiver,
                receiveBatch: async (limit, signal) => {
                  const deliveries = await receiver.receiveBatch(limit, signal);
                  held.push(...deliveries.map(({ receipt }) => receipt));
                  return deliveries;
                },
              };
            } catch (error) {
              for (const lose of losses) lose();
              throw error;
            }
          },
        };
      },
    }),
  },
  {
    name: 'a publish is confirmed a while before it is sent',
    killedBy: 'FLT-8',
    finding: 'messages are accepted',
    mutate: ({ clock }) =>
      sends(({ sendBatch }) => async (messages) => {
        clock.after(50, () => void sendBatch(messages));
        return messages.map(() => ({ status: 'confirmed' }));
      }),
  },
  {
    name: 'an id that was sent before is refused',
    killedBy: 'FLT-9',
    finding: 'the next try is confirmed',
    mutate: () => {
      const known = new Set<string>();
      return sends(({ sendBatch }) => async (messages) => {
        if (messages.some(({ id }) => known.has(id))) throw new Error('known already');
        for (const { id } of messages) known.add(id);
        return sendBatch(messages);
      });
    },
  },
  {
    name: 'a delay is counted by the clock of the publisher',
    killedBy: 'FLT-14',
    finding: 'the delayed one comes',
    mutate: ({ clock }) =>
      sends(({ sendBatch }) => (messages) => {
        const delayed = messages.map((message) => {
          const sentAtMs = Date.parse(message.headers['ce-time'] ?? '');
          return message.delayMs === 0 ? message : { ...message, delayMs: sentAtMs + message.delayMs - clock.now() };
        });
        return sendBatch(delayed);
      }),
  },
  {
    name: 'the broker hears of accepted deliveries only when the receiver closes',
    killedBy: 'FLT-15',
    finding: 'deliveries beyond one each',
    mutate: () =>
      receives((receiver) => {
        const accepted: Receipt[] = [];
        return {
          settleBatch: async (settlements) => {
            accepted.push(...settlements.map(({ receipt }) => receipt));
            return settlements.map(() => ({ status: 'settled' }));
          },
          close: async () => {
            await receiver.settleBatch(accepted.map((receipt) => ({ receipt, action: 'accept' })));
            await receiver.close();
          },
        };
      }),
  },
  {
    name: 'nobody is told of a lease that ran out, whatever is asked',
    killedBy: 'FLT-17',
    finding: 'of which the one that stalled was not told',
    isAlone: true,
    mutate: () => ({
      driver: () => ({
        receiverOptions: (options) => ({ ...options, onLost: () => undefined }),
        receiver: (receiver) => ({
          extendBatch: async (receipts, leaseMs) => {
            await receiver.extendBatch(receipts, leaseMs);
            return receipts.map(() => 'extended');
          },
          settleBatch: async (settlements) => {
            await receiver.settleBatch(settlements);
            return settlements.map(() => ({ status: 'settled' }));
          },
        }),
      }),
    }),
  },
  {
    name: 'a receiver that found nothing never looks again',
    killedBy: 'LIF-14',
    finding: 'a message that is there is delivered',
    mutate: () =>
      receives((receiver) => {
        let wasEmpty = false;
        return {
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            wasEmpty ||= deliveries.length === 0;
            return wasEmpty ? [] : deliveries;
          },
        };
      }),
  },
  {
    name: 'every receiver leaves a timer behind',
    killedBy: 'LIF-15',
    finding: 'resources are open',
    isAlone: true,
    mutate: ({ clock }) =>
      receives(() => {
        clock.after(20_000, () => undefined);
        return {};
      }),
  },
  {
    name: 'the body of a stranger ends at its first zero',
    killedBy: 'PAY-10',
    finding: 'the body',
    mutate: () =>
      receivesInstead((delivery) => {
        const { id, body } = delivery.message;
        const end = body.indexOf(0);
        if (id !== '' || end < 0) return delivery;
        return { ...delivery, message: { ...delivery.message, body: body.subarray(0, end) } };
      }),
  },
  {
    name: 'headers that a stranger wrote as numbers arrive as numbers',
    killedBy: 'PAY-11',
    finding: 'headers that are no texts',
    mutate: () =>
      receivesInstead((delivery) => {
        if (delivery.message.id !== '') return delivery;
        const headers = { ...delivery.message.headers, number: 7 as unknown as string };
        return { ...delivery, message: { ...delivery.message, headers } };
      }),
  },
];
