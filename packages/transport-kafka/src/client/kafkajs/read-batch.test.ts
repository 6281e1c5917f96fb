import { expect, test } from 'vitest';
import { readBatch } from './read-batch.ts';

test('a record keeps its bytes, and headers of one name their order', () => {
  const message = {
    offset: '9007199254740991',
    timestamp: '1790000000000',
    attributes: 0,
    key: null,
    value: null,
    headers: {
      a: [Buffer.from('1'), Buffer.from('2')],
      b: Buffer.from([0xff]),
      c: 'text',
      toString: [Buffer.from('own')],
    },
  };
  expect(readBatch([message])).toEqual([
    {
      offset: Number.MAX_SAFE_INTEGER,
      timestampMs: 1_790_000_000_000,
      key: null,
      value: null,
      headers: [
        ['a', Buffer.from('1')],
        ['a', Buffer.from('2')],
        ['b', Buffer.from([0xff])],
        ['c', Buffer.from('text')],
        ['toString', Buffer.from('own')],
      ],
    },
  ]);
});
