import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { readRecords } from './read-records.ts';

interface BatchOptions {
  readonly first: number;
  readonly texts?: readonly string[];
  readonly attributes?: number;
  readonly producerId?: bigint;
  /** Where a batch ends whose last records a compaction has removed. */
  readonly lastDelta?: number;
  readonly key?: Buffer;
}

function batch({
  first,
  texts = [],
  attributes = 0,
  producerId = 9n,
  lastDelta = texts.length - 1,
  key,
}: BatchOptions) {
  return {
    firstOffset: BigInt(first),
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes,
    lastOffsetDelta: lastDelta,
    firstTimestamp: 1000n,
    maxTimestamp: 5000n,
    producerId,
    producerEpoch: 0,
    firstSequence: 0,
    records: texts.map((text, offsetDelta) => ({
      length: 0,
      attributes: 0,
      timestampDelta: BigInt(offsetDelta),
      offsetDelta,
      key: key ?? null,
      value: Buffer.from(text),
      headers: [] as [Buffer | null, Buffer | null][],
    })),
  };
}

const abortMark = (first: number) =>
  batch({ first, texts: [''], attributes: 0b11_0000, key: Buffer.from([0, 0, 0, 0]) });

const textsOf = (records: ReturnType<typeof readRecords>['records']): string[] =>
  records.map(({ value }) => Buffer.from(value ?? []).toString());

test('a batch that begins before the place where the fetch began gives only what is behind it', () => {
  const read = readRecords({ records: [batch({ first: 10, texts: ['a', 'b', 'c'] })], abortedTransactions: [] }, 11);
  expect(read.records.map(({ offset, timestampMs }) => [offset, timestampMs])).toEqual([
    [11, 1001],
    [12, 1002],
  ]);
  expect(read.nextOffset).toBe(13);
});

test('the reading goes on behind records that a compaction has removed', () => {
  const read = readRecords(
    { records: [batch({ first: 10, texts: ['a'], lastDelta: 7 })], abortedTransactions: [] },
    10,
  );
  expect(read.nextOffset).toBe(18);
});

test('a partition without records stays where it is', () => {
  expect(readRecords({ records: null, abortedTransactions: null }, 4)).toEqual({ records: [], nextOffset: 4 });
});

test('a topic with the time of the broker has that of the batch', () => {
  const stamped = batch({ first: 0, texts: ['a', 'b'], attributes: 0b1000 });
  const read = readRecords({ records: [stamped], abortedTransactions: [] }, 0);
  expect(read.records.map(({ timestampMs }) => timestampMs)).toEqual([5000, 5000]);
});

test('records of an aborted transaction and marks are left out, those of others between them are not', () => {
  const inTransaction = 0b1_0000;
  const batches = [
    batch({ first: 0, texts: ['before'], producerId: 1n, attributes: inTransaction }),
    batch({ first: 1, texts: ['aborted'], producerId: 9n, attributes: inTransaction }),
    batch({ first: 2, texts: ['plain'], producerId: 9n }),
    batch({ first: 3, texts: ['other'], producerId: 2n, attributes: inTransaction }),
    abortMark(4),
    batch({ first: 5, texts: ['after'], producerId: 9n, attributes: inTransaction }),
  ];
  const read = readRecords({ records: batches, abortedTransactions: [{ producerId: 9n, firstOffset: 1n }] }, 0);
  expect(textsOf(read.records)).toEqual(['before', 'plain', 'other', 'after']);
  expect(read.nextOffset).toBe(6);
});
