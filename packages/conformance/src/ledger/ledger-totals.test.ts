import { expect, test } from 'vitest';
import { addTotals, totalsOf } from './ledger-totals.ts';
import { createLedger } from './ledger.ts';

test('totals count publishes by outcome, deliveries, faults, and what was judged', () => {
  const ledger = createLedger(() => 0);
  const publish = { runId: 'r', key: 'k', seq: 1, messageId: 'm' } as const;
  for (const outcome of ['confirmed', 'confirmed', 'rejected', 'unknown'] as const)
    ledger.publish({ ...publish, outcome });
  ledger.deliver({ consumerId: 'c', pid: 1, messageId: 'm', key: 'k', attempt: 1 });
  ledger.fault('connections cut');
  ledger.judge({ lost: 1, repeated: 2, reordered: 3 });
  ledger.judge({ lost: 10, repeated: 20, reordered: 30 });
  const totals = { sent: 2, unknown: 1, delivered: 1, faults: 1, lost: 11, repeated: 22, reordered: 33 };
  expect(totalsOf(ledger)).toEqual(totals);
  expect(addTotals([totals, totals])).toEqual({
    sent: 4,
    unknown: 2,
    delivered: 2,
    faults: 2,
    lost: 22,
    repeated: 44,
    reordered: 66,
  });
});
