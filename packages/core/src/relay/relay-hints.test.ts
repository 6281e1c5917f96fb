import { expect, test } from 'vitest';
import type { BucketGrant, BucketRequest, OutboxDraft, StoreDriver } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

const draft = (id: string): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key: id,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

/** A relay on a store that hints when it is told to, and a writer that tells nobody. */
function createWorld(pollMs = 30_000) {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const transport = recordingTransport();
  const requests: BucketRequest[] = [];
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  let hintError: unknown;
  let reads = 0;
  const leaseBuckets = async (request: BucketRequest): Promise<BucketGrant> => {
    requests.push(request);
    return { ...(await store.leaseBuckets(request)), hintError };
  };
  const readOutbox: StoreDriver['readOutbox'] = (query) => {
    reads += 1;
    return store.readOutbox(query);
  };
  const relay = createRelay({
    clock,
    store: { ...store, leaseBuckets, readOutbox },
    transport,
    pollMs,
    newId: countingIds('relay'),
    random: seededRandom(1),
    log: { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') },
  });
  return {
    clock,
    relay,
    requests,
    lines,
    hint: () => requests.at(-1)?.onRows?.(),
    fail: (error: unknown) => {
      hintError = error;
    },
    readCount: () => reads,
    write: (id: string) => store.transaction(({ enqueue }) => enqueue([draft(id)])),
    sent: () => transport.sent.map(({ message }) => message.id),
  };
}

test('a hint of the store is followed at once, however long the poll', async () => {
  const { clock, relay, write, hint, sent } = createWorld();
  relay.start();
  await clock.runUntil(relay.idle());
  await write('a');
  await clock.advance(5000);
  expect(sent()).toEqual([]);
  hint();
  await clock.runUntil(relay.idle());
  expect(sent()).toEqual(['a']);
  expect(clock.monotonic()).toBe(5000);
  await clock.runUntil(relay.stop());
});

test('a hint that is lost delays nothing beyond the poll', async () => {
  const { clock, relay, write, sent } = createWorld(700);
  relay.start();
  await clock.runUntil(relay.idle());
  await write('a');
  await clock.advance(700);
  expect(sent()).toEqual(['a']);
  await clock.runUntil(relay.stop());
});

test('any number of hints at once lead to one more read, and none after the stop', async () => {
  const { clock, relay, hint, readCount, requests } = createWorld();
  relay.start();
  await clock.runUntil(relay.idle());
  const before = readCount();
  for (let count = 0; count < 1000; count += 1) hint();
  await clock.advance(0);
  expect(readCount()).toBe(before + 1);
  const { onRows } = requests.at(-1) ?? {};
  await clock.runUntil(relay.stop());
  onRows?.();
  await clock.advance(60_000);
  expect(readCount()).toBe(before + 1);
  expect(requests.at(-1)).toMatchObject({ bucketsMax: 0 });
  expect(requests.at(-1)?.onRows).toBeUndefined();
});

test('a store that cannot hint is told of once, and so is its recovery', async () => {
  const { clock, relay, fail, lines } = createWorld();
  fail(new Error('no connection to postgres://me:secret@db'));
  relay.start();
  await clock.advance(30_000);
  fail(new Error('still none'));
  await clock.advance(30_000);
  expect(lines).toEqual(['warn the store cannot tell of commits: they are found by the poll']);
  fail(undefined);
  await clock.advance(30_000);
  expect(lines.slice(1)).toEqual(['info the store tells of commits again']);
  await clock.runUntil(relay.stop());
});
