import type { QueueInspection, TransportMessage } from '@waybill/core/driver';
import { receivesInstead, sendsInstead } from './change-driver.ts';
import type { Mutant, Mutation } from './mutant.ts';

/** What a driver can hide of its queues, its messages and their history. */
export const sightMutants: readonly Mutant[] = [
  {
    name: 'what is held is counted with what waits',
    killedBy: 'OBS-6',
    finding: 'not within',
    mutate: () =>
      inspectsInstead(({ ready = 0, inFlight = 0, oldestAgeMs }) => ({
        ready: ready + inFlight,
        inFlight,
        oldestAgeMs,
      })),
  },
  {
    name: 'the oldest message is always new',
    killedBy: 'OBS-6',
    finding: 'the oldest is 0 ms old',
    mutate: () => inspectsInstead((inspection) => ({ ...inspection, oldestAgeMs: 0 })),
  },
  {
    name: 'the trace ends at the broker',
    killedBy: 'OBS-2',
    finding: 'the trace',
    mutate: () => sendsInstead((message) => without(message, 'traceparent')),
  },
  {
    name: 'the correlation ends at the broker',
    killedBy: 'OBS-1',
    finding: 'correlation',
    mutate: () => sendsInstead((message) => without(message, 'wb-correlation')),
  },
  {
    name: 'the broker’s count of attempts is not handed over',
    killedBy: 'RTY-9',
    finding: 'the attempts',
    mutate: () => receivesInstead((delivery) => ({ ...delivery, attempt: 1 })),
  },
  {
    name: 'a publish that is repeated has another deduplication key',
    killedBy: 'DUP-7',
    finding: 'calls of the handler',
    mutate: () => {
      let sent = 0;
      return sendsInstead((message) => {
        sent += 1;
        return { ...message, deduplicationKey: `${message.deduplicationKey}/${sent}` };
      });
    },
  },
];

function inspectsInstead(alter: (inspection: QueueInspection) => QueueInspection): Mutation {
  return { driver: (driver) => ({ driver: { inspect: async (address) => alter(await driver.inspect(address)) } }) };
}

function without(message: TransportMessage, header: string): TransportMessage {
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => name !== header));
  return { ...message, headers };
}
