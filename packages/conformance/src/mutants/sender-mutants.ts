import type { SendOutcome, TransportMessage } from '@waybill/core/driver';
import { sends, sendsInstead } from './change-driver.ts';
import type { Mutant, Mutation } from './mutant.ts';

const confirmed: SendOutcome = { status: 'confirmed' };

/** What a sender can do wrong with messages and with answers. */
export const senderMutants: readonly Mutant[] = [
  {
    name: 'one message in a hundred is confirmed and lost',
    killedBy: 'DEL-2',
    finding: 'what arrived',
    mutate: () => losesEvery(100),
  },
  {
    name: 'one message in ten thousand is confirmed and lost',
    killedBy: 'DEL-2',
    finding: 'what arrived',
    mode: 'stress',
    mutate: () => losesEvery(10_000),
  },
  {
    name: 'every message is sent twice',
    killedBy: 'DEL-2',
    finding: 'what arrived',
    mutate: () => sends((sender) => (messages) => sender.sendBatch(messages.flatMap((each) => [each, each]))),
  },
  {
    name: 'a message comes again a while after it was accepted',
    killedBy: 'DEL-3',
    finding: 'what came after all was accepted',
    mutate: ({ clock, timing }) =>
      sends((sender) => async (messages) => {
        clock.after(timing.leaseMs / 2, () => void sender.sendBatch(messages.slice(0, 1)).catch(() => undefined));
        return sender.sendBatch(messages);
      }),
  },
  {
    name: 'a message that was taken is said to be rejected',
    killedBy: 'DEL-2',
    finding: 'was rejected and still delivered',
    mutate: () =>
      sends((sender) => async (messages) => {
        await sender.sendBatch(messages);
        return messages.map(() => ({ status: 'rejected', error: new Error('not taken') }));
      }),
  },
  {
    name: 'now and then a message has the key of its neighbour in the batch',
    killedBy: 'ORD-2',
    finding: 'started ',
    mutate: () => {
      let sent = 0;
      const keyFor = ({ key }: TransportMessage, before: TransportMessage | undefined): string | undefined => {
        sent += 1;
        return sent % 7 === 0 ? (before ?? { key }).key : key;
      };
      return sends(
        (sender) => (messages) =>
          sender.sendBatch(messages.map((each, at) => ({ ...each, key: keyFor(each, messages[at - 1]) }))),
      );
    },
  },
  {
    name: 'the key is not sent',
    killedBy: 'ORD-3',
    finding: 'started ',
    mutate: () => sendsInstead((message) => ({ ...message, key: undefined })),
  },
  {
    name: 'a batch is sent backwards',
    killedBy: 'ORD-10',
    finding: 'started after',
    mutate: () => sends((sender) => async (messages) => (await sender.sendBatch(messages.toReversed())).toReversed()),
  },
  {
    name: 'a message that was refused is said to be confirmed',
    killedBy: 'DEL-13',
    finding: 'the outcomes',
    mutate: () =>
      sends((sender) => async (messages) => {
        await sender.sendBatch(messages);
        return messages.map(() => confirmed);
      }),
  },
  {
    name: 'a batch with one bad message is refused whole',
    killedBy: 'DEL-13',
    finding: 'the outcomes',
    mutate: () =>
      sends((sender) => async (messages) => {
        const outcomes = await sender.sendBatch(messages);
        const rejected = outcomes.find(({ status }) => status === 'rejected');
        return rejected === undefined ? outcomes : messages.map(() => rejected);
      }),
  },
  {
    name: 'closing a sender waits for nothing',
    killedBy: 'LIF-9',
    finding: 'calls that were answered when the sender had closed',
    mutate: ({ clock }) => ({
      driver: () => ({
        sender: (sender) => ({
          sendBatch: async (messages) => {
            await clock.sleep(20);
            await sender.sendBatch(messages).catch(() => undefined);
            return messages.map(() => confirmed);
          },
          close: async () => undefined,
        }),
      }),
    }),
  },
  {
    name: 'a closed sender sends on',
    killedBy: 'LIF-2',
    finding: 'a send',
    mutate: () => ({ driver: () => ({ sender: () => ({ close: async () => undefined }) }) }),
  },
];

function losesEvery(count: number): Mutation {
  let sent = 0;
  return sends((sender) => async (messages) => {
    const isKept = messages.map(() => {
      sent += 1;
      return sent % count !== 0;
    });
    const outcomes = [...(await sender.sendBatch(messages.filter((_, at) => isKept[at])))];
    return isKept.map((kept) => (kept ? outcomes.shift() : undefined) ?? confirmed);
  });
}
