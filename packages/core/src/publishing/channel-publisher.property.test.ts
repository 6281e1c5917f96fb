import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SendOutcome, TransportDriver, TransportMessage } from '../driver/index.ts';
import { inProcessCapabilities } from '../testing/in-process-capabilities.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';
import { ChannelPublisher } from './channel-publisher.ts';

const scenario = fc.record({
  seed: fc.integer(),
  messages: fc.integer({ min: 1, max: 80 }),
  keys: fc.integer({ min: 1, max: 5 }),
  batchMax: fc.integer({ min: 1, max: 12 }),
  batchesInFlightMax: fc.integer({ min: 1, max: 4 }),
  afterFailure: fc.constantFrom('stops-key' as const, 'independent' as const),
  trouble: fc.double({ min: 0, max: 0.5, noNaN: true }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * A sender of the contract's worst kind: it accepts, refuses, loses answers and fails whole batches by chance, in the two ways that
 * `afterFailure` allows. `accepted` is what the broker has, in its order.
 */
function troubledTransport(input: Scenario, clock: VirtualClock, accepted: TransportMessage[]) {
  const random = seededRandom(input.seed);
  let atOnce = 0;
  let mostAtOnce = 0;
  const sendBatch = async (messages: readonly TransportMessage[]): Promise<readonly SendOutcome[]> => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await clock.sleep(random() * 20);
    const outcomes = answer(input, messages, random, accepted);
    await clock.sleep(random() * 20);
    atOnce -= 1;
    if (random() < input.trouble / 4) return messages.map(() => ({ status: 'unknown', error: new Error('no answer') }));
    return outcomes;
  };
  const transport: TransportDriver = {
    specVersion: 1,
    name: 'troubled',
    capabilities: {
      ...inProcessCapabilities,
      send: {
        ...inProcessCapabilities.send,
        batchMax: input.batchMax,
        batchesInFlightMax: input.batchesInFlightMax,
        afterFailure: input.afterFailure,
      },
    },
    ensureTopology: async () => undefined,
    openSender: async () => ({ sendBatch, close: async () => undefined }),
    openReceiver: () => Promise.reject(new Error('not received from')),
    inspect: async () => ({ ready: 0, inFlight: 0, oldestAgeMs: 0 }),
    codeOf: () => 'unavailable',
    close: async () => undefined,
  };
  return { transport, mostAtOnce: () => mostAtOnce };
}

function answer(
  input: Scenario,
  messages: readonly TransportMessage[],
  random: () => number,
  accepted: TransportMessage[],
): readonly SendOutcome[] {
  const stopped = new Set<string | undefined>();
  return messages.map((message) => {
    const isStopped = input.afterFailure === 'stops-key' && stopped.has(message.key);
    if (isStopped || random() < input.trouble) {
      stopped.add(message.key);
      return { status: 'rejected', error: new Error('not now') };
    }
    accepted.push(message);
    return { status: 'confirmed' };
  });
}

async function play(input: Scenario) {
  const clock = virtualClock();
  const accepted: TransportMessage[] = [];
  const { transport, mostAtOnce } = troubledTransport(input, clock, accepted);
  const publisher = new ChannelPublisher({
    address: { kind: 'event', channel: 'c' },
    transport,
    clock,
    random: seededRandom(input.seed + 1),
    backoff: { backoffMs: 10, backoffMsMax: 100, backoffFactor: 2, jitter: 0.5 },
    retryMsMax: Infinity,
  });
  const random = seededRandom(input.seed + 2);
  const confirmed: string[] = [];
  const published: TransportMessage[] = [];
  for (let n = 0; n < input.messages; n += 1) {
    const key = `k${Math.floor(random() * input.keys)}`;
    const message = {
      id: String(n),
      key,
      deduplicationKey: String(n),
      headers: {},
      body: new Uint8Array(10),
      delayMs: 0,
    };
    clock.after(Math.floor(random() * 3) * 15, () => {
      published.push(message);
      publisher.publish(message, (result) => {
        if (result.status === 'confirmed') confirmed.push(message.id);
      });
    });
  }
  await clock.advance(3_600_000);
  return { accepted, published, confirmed, mostAtOnce: mostAtOnce(), unconfirmed: publisher.unconfirmed };
}

test('every message is confirmed and with the broker, and no more batches are under way than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { accepted, confirmed, mostAtOnce, unconfirmed } = await play(input);
      expect(confirmed).toHaveLength(input.messages);
      expect(new Set(accepted.map(({ id }) => id)).size).toBe(input.messages);
      expect(mostAtOnce).toBeLessThanOrEqual(input.batchesInFlightMax);
      expect(unconfirmed).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('the first copies of a key reach the broker in publish order, through pipelining, retries and lost answers (ORD-10)', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { accepted, published } = await play(input);
      for (let key = 0; key < input.keys; key += 1) {
        const idsOf = (messages: readonly TransportMessage[]) =>
          messages.filter((one) => one.key === `k${key}`).map(({ id }) => id);
        expect([...new Set(idsOf(accepted))]).toEqual(idsOf(published));
      }
    }),
    { numRuns: 300 },
  );
});
