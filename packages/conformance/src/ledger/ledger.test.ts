import { expect, test } from 'vitest';
import { createLedger } from './ledger.ts';

const start = { consumerId: 'c', pid: 1, messageId: 'm1', key: 'k', attempt: 1 };

function openLedger() {
  let nowMs = 0;
  return createLedger(() => (nowMs += 1));
}

test('a delivery stands in the ledger from its start, and its end is added', () => {
  const ledger = openLedger();
  const end = ledger.deliver(start);
  expect(ledger.deliveries).toEqual([{ ...start, startMs: 1, endMs: undefined, outcome: undefined }]);
  end('accepted');
  expect(ledger.deliveries).toEqual([{ ...start, startMs: 1, endMs: 2, outcome: 'accepted' }]);
});

test('an end is written once', () => {
  const ledger = openLedger();
  const end = ledger.deliver(start);
  end('released');
  end('accepted');
  expect(ledger.deliveries).toMatchObject([{ endMs: 2, outcome: 'released' }]);
});

test('what a dead consumer had begun is lost, what it had ended stays, and other consumers go on', () => {
  const ledger = openLedger();
  ledger.deliver(start)('accepted');
  const late = ledger.deliver({ ...start, messageId: 'm2' });
  ledger.deliver({ ...start, consumerId: 'd', messageId: 'm3' });
  ledger.bury('c');
  late('accepted');
  ledger.deliver({ ...start, messageId: 'm4' })('accepted');
  expect(ledger.deliveries.map(({ outcome }) => outcome)).toEqual(['accepted', 'lost', undefined]);
});
