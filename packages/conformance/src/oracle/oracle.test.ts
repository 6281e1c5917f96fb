import { describe, expect, test } from 'vitest';
import type { DeliveryRecord, PublishRecord } from '../ledger/ledger.ts';
import { findBrokenAttempts } from './find-broken-attempts.ts';
import { findDisorder } from './find-disorder.ts';
import { findDuplicates } from './find-duplicates.ts';
import { findForeign } from './find-foreign.ts';
import { findLosses } from './find-losses.ts';
import { findOverlaps } from './find-overlaps.ts';
import { findRejectedDelivered } from './find-rejected-delivered.ts';

const publishes: readonly PublishRecord[] = ['m1', 'm2', 'm3'].map((messageId, at) => ({
  runId: 'run',
  key: 'k',
  seq: at + 1,
  messageId,
  outcome: 'confirmed',
}));

/** One delivery after the other, each ten milliseconds long, unless said otherwise. */
function ledgerOf(...parts: readonly (Partial<DeliveryRecord> & { readonly messageId: string })[]) {
  const deliveries = parts.map((part, at): DeliveryRecord => {
    const defaults = { consumerId: 'c', pid: 1, key: 'k', attempt: 1, startMs: at * 10, endMs: at * 10 + 10 } as const;
    return { ...defaults, outcome: 'accepted', ...part };
  });
  return { publishes, deliveries };
}

const good = ledgerOf({ messageId: 'm1' }, { messageId: 'm2' }, { messageId: 'm3' });
const texts = (findings: readonly { readonly text: string }[]): readonly string[] => findings.map(({ text }) => text);

test('a run in which all went well has no finding', () => {
  const findings = [findLosses, findForeign, findRejectedDelivered, findDisorder, findOverlaps, findBrokenAttempts];
  expect(findings.flatMap((find) => find(good))).toEqual([]);
  expect(findDuplicates(good, 0)).toEqual([]);
});

describe('losses', () => {
  test('a confirmed message without any delivery is lost', () => {
    expect(texts(findLosses(ledgerOf({ messageId: 'm1' }, { messageId: 'm3' })))).toEqual([
      'm2 was confirmed and never accepted',
    ]);
  });

  test('a delivery that was not accepted does not save a message', () => {
    const ledger = ledgerOf({ messageId: 'm1' }, { messageId: 'm2', outcome: 'released' }, { messageId: 'm3' });
    expect(findLosses(ledger)).toHaveLength(1);
  });

  test('a message of unknown outcome may be missing', () => {
    const unknown = publishes.map((publish) => ({ ...publish, outcome: 'unknown' as const }));
    expect(findLosses({ publishes: unknown, deliveries: [] })).toEqual([]);
  });
});

test('a delivery that nobody published is foreign', () => {
  expect(texts(findForeign(ledgerOf({ messageId: 'x' })))).toEqual(['x was delivered and never published here']);
});

test('a rejected message that is delivered is found, unless a later publish of it was taken', () => {
  const rejected = { runId: 'run', key: 'k', seq: 1, messageId: 'm1', outcome: 'rejected' } as const;
  const { deliveries } = ledgerOf({ messageId: 'm1' });
  expect(findRejectedDelivered({ publishes: [rejected], deliveries })).toHaveLength(1);
  expect(findRejectedDelivered({ publishes: [rejected, { ...rejected, outcome: 'unknown' }], deliveries })).toEqual([]);
});

describe('disorder', () => {
  test('a message after a later one of its key is found', () => {
    expect(texts(findDisorder(ledgerOf({ messageId: 'm2' }, { messageId: 'm1' })))).toEqual([
      'm1 of key k started after m2',
    ]);
  });

  test('a redelivery after its successor started is found', () => {
    const ledger = ledgerOf({ messageId: 'm1', outcome: 'released' }, { messageId: 'm2' }, { messageId: 'm1' });
    expect(findDisorder(ledger)).toHaveLength(1);
  });

  test('a redelivery before its successor is in order', () => {
    const ledger = ledgerOf({ messageId: 'm1', outcome: 'released' }, { messageId: 'm1' }, { messageId: 'm2' });
    expect(findDisorder(ledger)).toEqual([]);
  });

  test('a repeat of an accepted message is a duplicate and no disorder', () => {
    const ledger = ledgerOf({ messageId: 'm1' }, { messageId: 'm2' }, { messageId: 'm1' });
    expect(findDisorder(ledger)).toEqual([]);
    expect(findDuplicates(ledger, 0)).toHaveLength(1);
  });

  test('messages without a key have no order', () => {
    const ledger = ledgerOf({ messageId: 'm2', key: undefined }, { messageId: 'm1', key: undefined });
    expect(findDisorder(ledger)).toEqual([]);
  });
});

describe('overlaps', () => {
  test('a start before the end of another of its key is found', () => {
    expect(texts(findOverlaps(ledgerOf({ messageId: 'm1', endMs: 11 }, { messageId: 'm2' })))).toEqual([
      'm2 of key k started while m1 ran',
    ]);
  });

  test('a long handling is remembered behind a short one that it overlaps', () => {
    const ledger = ledgerOf({ messageId: 'm1', endMs: 100 }, { messageId: 'm2', endMs: 12 }, { messageId: 'm3' });
    expect(findOverlaps(ledger)).toHaveLength(2);
  });

  test('other keys may run meanwhile', () => {
    expect(findOverlaps(ledgerOf({ messageId: 'm1', endMs: 100 }, { messageId: 'm2', key: 'other' }))).toEqual([]);
  });

  test('a handling without an end overlaps those of other consumers', () => {
    const open = { messageId: 'm1', endMs: undefined, outcome: undefined } as const;
    expect(findOverlaps(ledgerOf(open, { messageId: 'm2', consumerId: 'd' }))).toHaveLength(1);
  });
});

describe('attempts', () => {
  test.each([[[2]], [[1, 1]], [[1, 3]]])('%j is broken', (attempts) => {
    const ledger = ledgerOf(...attempts.map((attempt) => ({ messageId: 'm1', attempt, outcome: 'released' as const })));
    expect(findBrokenAttempts(ledger)).toHaveLength(1);
  });

  test('each message counts for itself', () => {
    const ledger = ledgerOf({ messageId: 'm1' }, { messageId: 'm2' }, { messageId: 'm1', attempt: 2 });
    expect(findBrokenAttempts(ledger)).toEqual([]);
  });
});

describe('duplicates', () => {
  const twice = ledgerOf({ messageId: 'm1' }, { messageId: 'm1' }, { messageId: 'm1' });

  test('each delivery after the acceptance counts against the bound', () => {
    expect(findDuplicates(twice, 2)).toEqual([]);
    expect(texts(findDuplicates(twice, 1))).toEqual(['2 deliveries of accepted messages, 1 allowed: m1, m1']);
  });

  test('a redelivery of what was released is none', () => {
    expect(findDuplicates(ledgerOf({ messageId: 'm1', outcome: 'released' }, { messageId: 'm1' }), 0)).toEqual([]);
  });
});
