import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BucketGrant, BucketRequest } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

const pollMs = 1000;

/** A commit, and what becomes of the hint that should tell of it. */
const commit = fc.record({
  pauseMs: fc.integer({ min: 0, max: 3 * pollMs }),
  hint: fc.oneof(
    fc.constant('lost' as const),
    fc.integer({ min: 0, max: 3 * pollMs }), // comes so much later
  ),
});

async function relayCommits(commits: readonly { readonly pauseMs: number; readonly hint: 'lost' | number }[]) {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  let request: BucketRequest | undefined;
  const leaseBuckets = (asked: BucketRequest): Promise<BucketGrant> => {
    request = asked;
    return store.leaseBuckets(asked);
  };
  const sentAt = new Map<string, number>();
  const transport = recordingTransport({
    onBatch: (messages) => {
      for (const { id } of messages) sentAt.set(id, clock.monotonic());
    },
  });
  const relay = createRelay({
    clock,
    store: { ...store, leaseBuckets },
    transport,
    pollMs,
    newId: countingIds('relay'),
    random: seededRandom(1),
  });
  relay.start();
  await clock.runUntil(relay.idle());
  const waits: { readonly committedAtMs: number; readonly id: string; readonly hint: 'lost' | number }[] = [];
  for (const [place, { pauseMs, hint }] of commits.entries()) {
    await clock.advance(pauseMs);
    const id = `m-${place}`;
    const draft = { id, key: id, deduplicationKey: id, headers: {}, body: new Uint8Array(), delayMs: 0 };
    await store.transaction(({ enqueue }) =>
      enqueue([{ ...draft, address: { kind: 'event', channel: 'order-paid' } }]),
    );
    waits.push({ committedAtMs: clock.monotonic(), id, hint });
    if (hint !== 'lost') clock.after(hint, () => request?.onRows?.());
  }
  await clock.advance(pollMs);
  await clock.runUntil(relay.stop());
  return waits.map(({ committedAtMs, id, hint }) => ({ hint, ms: (sentAt.get(id) ?? Infinity) - committedAtMs }));
}

test('a hint that is lost, late or meant for something else delays no row beyond the poll, and one that comes is followed', async () => {
  let followed = 0;
  const property = fc.asyncProperty(fc.array(commit, { minLength: 1, maxLength: 8 }), async (commits) => {
    for (const { hint, ms } of await relayCommits(commits)) {
      expect(ms).toBeLessThanOrEqual(hint === 'lost' ? pollMs : Math.min(hint, pollMs));
      if (hint !== 'lost' && hint < pollMs) followed += 1;
    }
  });
  await fc.assert(property, { numRuns: 100 });
  expect(followed).toBeGreaterThan(50);
});
