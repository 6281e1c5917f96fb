import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxDraft, TransportCapabilities, TransportMessage } from '../driver/index.ts';
import { readSequence } from '../envelope/read-envelope.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { watchBoundaries } from '../testing/boundary-watch.ts';
import { faultyTransport } from '../testing/faulty-transport.ts';
import { createProcessGate } from '../testing/process-gate.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

type Send = Pick<TransportCapabilities['send'], 'batchMax' | 'batchBytesMax' | 'batchesInFlightMax' | 'afterFailure'>;

interface Plan {
  readonly seed: number;
  readonly send: Send;
  readonly pageMax: number;
  /** Keys of the rows in the order of their commits; `undefined` = without a key. */
  readonly keys: readonly (string | undefined)[];
  readonly faultShare: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  send: fc.record({
    batchMax: fc.integer({ min: 1, max: 5 }),
    batchBytesMax: fc.constantFrom(20, Infinity),
    batchesInFlightMax: fc.integer({ min: 1, max: 4 }),
    afterFailure: fc.constantFrom('stops-key', 'independent'),
  }),
  pageMax: fc.integer({ min: 1, max: 20 }),
  keys: fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { minLength: 1, maxLength: 60 }),
  faultShare: fc.constantFrom(0, 0.1, 0.3),
});

const draft = (index: number, key: string | undefined): OutboxDraft => ({
  address: { kind: 'event', channel: 'orders' },
  id: `m${index}`,
  key,
  deduplicationKey: `m${index}`,
  headers: {},
  body: new Uint8Array(6),
  delayMs: 0,
});

/** What a driver may rely on: limits of a batch, and no key in two batches at once. Collected, since the relay survives a throw. */
function createWatch({ batchMax, batchBytesMax, batchesInFlightMax, afterFailure }: Send) {
  const underWay = new Map<string, number>();
  const problems: string[] = [];
  let batches = 0;
  const change = (keys: readonly string[], by: 1 | -1): void => {
    batches += by;
    for (const key of new Set(keys)) underWay.set(key, (underWay.get(key) ?? 0) + by);
  };
  const keysOf = (messages: readonly TransportMessage[]) => messages.flatMap(({ key }) => key ?? []);
  return {
    problems,
    begin: (messages: readonly TransportMessage[]): void => {
      const keys = keysOf(messages);
      change(keys, 1);
      if (messages.length > batchMax) problems.push('too many messages');
      if (messages.length > 1 && messages.length * 6 > batchBytesMax) problems.push('too many bytes');
      if (batches > batchesInFlightMax) problems.push('too many batches');
      if (Math.max(0, ...underWay.values()) > 1) problems.push('a key in two batches');
      if (afterFailure === 'independent' && new Set(keys).size < keys.length) problems.push('a key twice in a batch');
    },
    end: (messages: readonly TransportMessage[]): void => change(keysOf(messages), -1),
  };
}

async function relayAll({ seed, send, pageMax, keys, faultShare }: Plan) {
  const clock = virtualClock();
  const random = seededRandom(seed);
  const store = memoryStore({ clock, newId: () => 'e' });
  const broker = recordingTransport({ send, onBatch: () => clock.sleep(random() * 50) });
  const gate = createProcessGate();
  const rates = { refused: faultShare / 3, requestLost: faultShare / 3, replyLost: faultShare / 3 };
  const faulty = faultyTransport(broker, { gate, boundaries: watchBoundaries({ gate }), chance: { random, rates } });
  const watch = createWatch(send);
  const relay = createRelay({
    clock,
    store,
    random,
    pageMax,
    newId: countingIds('relay'),
    transport: {
      ...faulty,
      openSender: async (address) => {
        const sender = await faulty.openSender(address);
        return {
          ...sender,
          sendBatch: async (messages) => {
            watch.begin(messages);
            const outcomes = await sender.sendBatch(messages);
            watch.end(messages);
            return outcomes;
          },
        };
      },
    },
  });
  await store.transaction(({ enqueue }) => enqueue(keys.map((key, index) => draft(index, key))));
  relay.start();
  await clock.runUntil(relay.idle());
  const { outboxRows } = await store.inspect();
  return { sent: broker.sent.map(({ message }) => message), rows: outboxRows, problems: watch.problems };
}

test('whatever a driver allows and however it fails, every key arrives without a gap, and repeats only what was uncertain', async () => {
  const property = fc.asyncProperty(plan, async (one) => {
    const { sent, rows, problems } = await relayAll(one);
    expect([problems, rows]).toEqual([[], 0]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(one.keys.length);
    if (one.faultShare === 0) expect(sent).toHaveLength(one.keys.length);
    for (const key of ['a', 'b', 'c']) {
      let last = 0;
      for (const message of sent.filter((other) => other.key === key)) {
        const { number } = readSequence(message) ?? { number: Number.NaN };
        expect(number).toBeLessThanOrEqual(last + 1);
        last = Math.max(last, number);
      }
    }
  });
  await fc.assert(property, { numRuns: 200 });
}, 60_000);
