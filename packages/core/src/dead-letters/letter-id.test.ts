import { expect, test } from 'vitest';
import type { Delivery, TransportMessage } from '../driver/index.ts';
import { letterId } from './letter-id.ts';

const body = Uint8Array.of(1);
const delivery = (changes: Partial<TransportMessage>, origin?: string): Pick<Delivery, 'message' | 'origin'> => ({
  message: { id: '', key: undefined, deduplicationKey: '', headers: {}, body, delayMs: 0, ...changes },
  origin,
});
const idOf = (changes: Partial<TransportMessage>, origin?: string): string => letterId('s', delivery(changes, origin));

test('a message with an id is known by it and by its body, wherever the broker keeps it', () => {
  expect(idOf({ id: 'm-1' }, 'orders/0/1')).toBe(idOf({ id: 'm-1', headers: { retried: '1' } }, 'orders/0/2'));
  expect(idOf({ id: 'm-1' })).not.toBe(idOf({ id: 'm-1', body: Uint8Array.of(2) }));
  expect(idOf({ id: 'm-1' })).not.toBe(idOf({ id: 'm-2' }));
});

test('one without an id is known by what the broker calls it', () => {
  expect(idOf({}, 'orders/0/1')).toBe(idOf({}, 'orders/0/1'));
  expect(idOf({}, 'orders/0/1')).not.toBe(idOf({}, 'orders/0/2'));
});

test('one that has no name at all is the same only with the same headers, in whatever order', () => {
  expect(idOf({ headers: { a: '1', b: '2' } })).toBe(idOf({ headers: { b: '2', a: '1' } }));
  expect(idOf({ headers: { a: '1' } })).not.toBe(idOf({ headers: { a: '2' } }));
  expect(idOf({ headers: { a: '1' } })).not.toBe(idOf({}));
});
