import type { Delivery, Receipt, TransportReceiver, TransportSender } from '@waybill/core/driver';
import { receives } from './change-driver.ts';
import type { Mutant, MutantSetting } from './mutant.ts';

/** What a receiver can do wrong with bounds, waiting, order and its own end. */
export const receiverMutants: readonly Mutant[] = [
  {
    name: 'a receiver takes all that there is, whatever it may hold',
    killedBy: 'BP-3',
    finding: 'handed out',
    mutate: () => ({
      driver: () => ({ receiver: hoarding, receiverOptions: (options) => ({ ...options, unsettledMax: 1000 }) }),
    }),
  },
  {
    name: 'a receive answers with one more than was asked for',
    killedBy: 'ACK-4',
    finding: 'handed out',
    mutate: () => ({
      driver: () => ({
        receiver: (receiver) => ({ receiveBatch: (limit, signal) => receiver.receiveBatch(limit + 1, signal) }),
        receiverOptions: (options) => ({ ...options, unsettledMax: options.unsettledMax + 1 }),
      }),
    }),
  },
  {
    name: 'a batch is handed over backwards',
    killedBy: 'ORD-10',
    finding: 'started after',
    mutate: () =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => (await receiver.receiveBatch(limit, signal)).toReversed(),
      })),
  },
  {
    name: 'the broker does not know the key, so that two receivers hold messages of it',
    killedBy: 'ORD-3',
    finding: 'started ',
    mutate: () => ({ driver: () => ({ sender: hidingKeys, receiver: restoringKeys }) }),
  },
  {
    name: 'an empty queue is asked in a busy loop',
    killedBy: 'BP-8',
    finding: 'calls ',
    mutate: ({ clock }) =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => {
          const soon = new AbortController();
          const receiving = receiver.receiveBatch(limit, AbortSignal.any([signal, soon.signal]));
          await clock.turn();
          soon.abort();
          return receiving;
        },
      })),
  },
  {
    name: 'a receive that was told to stop goes on for a while',
    killedBy: 'LIF-7',
    finding: 'the receive went on',
    mutate: ({ clock }) =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => {
          const deliveries = await receiver.receiveBatch(limit, signal);
          if (signal.aborted) await clock.sleep(1200);
          return deliveries;
        },
      })),
  },
  {
    name: 'a receive that was told to stop hands over all the same',
    killedBy: 'LIF-8',
    finding: 'what a cancelled receive answers',
    mutate: (setting) => receives((receiver) => ({ receiveBatch: deaf(receiver, setting) })),
  },
  {
    name: 'a receive that is told to stop swallows what it had',
    killedBy: 'LIF-8',
    finding: 'the next receive',
    mutate: (setting) =>
      receives((receiver) => ({
        receiveBatch: async (limit, signal) => {
          const deliveries = await deaf(receiver, setting)(limit, signal);
          return signal.aborted ? [] : deliveries;
        },
      })),
  },
  {
    name: 'closing a receiver drops what it holds',
    killedBy: 'LIF-1',
    finding: 'what the closed receiver held',
    mutate: () =>
      receives((receiver) => {
        const held: Receipt[] = [];
        return {
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            held.push(...deliveries.map(({ receipt }) => receipt));
            return deliveries;
          },
          close: async () => {
            const dropped = held.splice(0).map((receipt) => ({ receipt, action: 'accept' }) as const);
            if (dropped.length > 0) await receiver.settleBatch(dropped);
            await receiver.close();
          },
        };
      }),
  },
  {
    name: 'closing a receiver keeps what it holds until the lease ends',
    killedBy: 'ACK-5',
    finding: 'what the other got, well before a lease had run out',
    mutate: () => receives(() => ({ close: async () => undefined })),
  },
  {
    name: 'a closed receiver answers with nothing for ever',
    killedBy: 'LIF-2',
    finding: 'a receive',
    mutate: () =>
      receives((receiver) => {
        let isClosed = false;
        return {
          receiveBatch: async (limit, signal) => (isClosed ? [] : receiver.receiveBatch(limit, signal)),
          close: async () => {
            isClosed = true;
            await receiver.close();
          },
        };
      }),
  },
  {
    name: 'closing one receiver silences its companions',
    killedBy: 'FAN-6',
    finding: 'a message that is there is delivered',
    mutate: ({ clock }) => {
      let isSilent = false;
      return receives((receiver) => ({
        receiveBatch: (limit, signal) => (isSilent ? nothing(clock, signal) : receiver.receiveBatch(limit, signal)),
        close: async () => {
          isSilent = true;
          await receiver.close();
        },
      }));
    },
  },
  {
    name: 'the third receiver of a queue is given nothing',
    killedBy: 'FAN-3',
    finding: 'who was given work',
    mutate: ({ clock }) => {
      let receivers = 0;
      return receives(() => {
        receivers += 1;
        return receivers % 3 === 0 ? { receiveBatch: (_, signal) => nothing(clock, signal) } : {};
      });
    },
  },
];

async function nothing(clock: MutantSetting['clock'], signal: AbortSignal): Promise<readonly Delivery[]> {
  await clock.sleep(20_000, signal);
  return [];
}

/** Receives for a while although it was told to stop before it began. */
function deaf(receiver: TransportReceiver, { clock, timing }: MutantSetting): TransportReceiver['receiveBatch'] {
  return (limit, signal) => {
    if (!signal.aborted) return receiver.receiveBatch(limit, signal);
    const later = new AbortController();
    clock.after(timing.settleMs, () => later.abort());
    return receiver.receiveBatch(limit, later.signal);
  };
}

/** Takes a thousand and hands over what was asked for. */
function hoarding(receiver: TransportReceiver): Partial<TransportReceiver> {
  const hoard: Delivery[] = [];
  return {
    receiveBatch: async (limit, signal) => {
      if (hoard.length === 0) hoard.push(...(await receiver.receiveBatch(1000, signal)));
      return hoard.splice(0, limit);
    },
  };
}

const keyHeader = 'x-hidden-key';

function hidingKeys(sender: TransportSender): Partial<TransportSender> {
  return {
    sendBatch: (messages) =>
      sender.sendBatch(
        messages.map((each) => {
          const headers = each.key === undefined ? each.headers : { ...each.headers, [keyHeader]: each.key };
          return { ...each, key: undefined, headers };
        }),
      ),
  };
}

function restoringKeys(receiver: TransportReceiver): Partial<TransportReceiver> {
  return {
    receiveBatch: async (limit, signal) =>
      (await receiver.receiveBatch(limit, signal)).map((delivery) => ({
        ...delivery,
        message: { ...delivery.message, key: delivery.message.headers[keyHeader] },
      })),
  };
}
