import { check, checkEqual } from '../../harness/check.ts';
import { attempt, codeOfFailure } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { enqueue, putLetter, readLetters, readRows, removeLetter, sortedIdsOf } from '../stage/outbox.ts';
import { draft, letter } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

const outboxLetter = (id: string) => letter(id, { subscription: 'outbox' });

/** Rows that no broker takes: they become dead letters, and their keys wait in the outbox. */
export const parkedRowCases: readonly StoreCase[] = [
  proves('OBX-9', 'a key is parked, filled and freed', async (world) => {
    const store = await world.open();
    const paid = { address: { kind: 'event', channel: 'paid' } } as const;
    await enqueue(store, draft('1', 'k'), draft('2', 'other'), draft('3', 'k', paid));
    await putLetter(store, outboxLetter('l-1'));
    await enqueue(store, draft('4', 'k'));
    checkEqual(sortedIdsOf(await readRows(store)), ['2', '3'], 'rows beside the parked key');
    await putLetter(store, letter('l-2', { subscription: 'somebody-else', key: 'other' }));
    checkEqual(sortedIdsOf(await readRows(store)), ['2', '3'], 'rows beside a key that another subscription parks');
    await removeLetter(store, 'l-1');
    checkEqual(sortedIdsOf(await readRows(store)), ['1', '2', '3', '4'], 'rows when the key is free');
  }),

  proves('OBX-15', 'rows are counted, parked ones are not', async (world) => {
    const store = await world.open();
    const { outboxRows, outboxOldestAgeMs } = await store.inspect();
    checkEqual({ outboxRows, outboxOldestAgeMs }, { outboxRows: 0, outboxOldestAgeMs: 0 }, 'an empty outbox');
    await enqueue(store, draft('1', 'k'));
    await world.clock.sleep(60);
    await enqueue(store, draft('2', 'other'), draft('3', undefined));
    const askedAtMs = world.clock.monotonic();
    const before = await store.inspect();
    checkEqual(before.outboxRows, 3, 'rows that are to be sent');
    const { outboxOldestAgeMs: ageMs } = before;
    check(ageMs >= 50 && ageMs < 60_000, `the oldest of rows that are 60 ms old is ${ageMs} ms old`);
    await putLetter(store, outboxLetter('l-1'));
    const after = await store.inspect();
    checkEqual(after.outboxRows, 2, 'rows that are neither sent nor parked');
    // The others are 60 ms younger than the parked one, however long all of this has taken.
    const parkedAgeMs = ageMs + world.clock.monotonic() - askedAtMs;
    const oldestMs = after.outboxOldestAgeMs;
    check(oldestMs < parkedAgeMs - 30, `the outbox is ${oldestMs} ms old by a parked row of ${parkedAgeMs} ms`);
    checkEqual([after.deadLetters, after.parkedKeys], [1, 1], 'dead letters and parked keys');
  }),

  proves('DLQ-9', 'a row becomes a letter', async (world) => {
    const store = await world.open();
    await enqueue(store, draft('1', 'k'), draft('2', 'k'), draft('3', 'other'));
    const poison = (await readRows(store)).find(({ id }) => id === '1');
    const rolledBack = await attempt(store, async (transaction) => {
      const put = { change: 'put', letter: outboxLetter('l-0'), parksKey: true, outboxRowId: poison?.rowId } as const;
      await transaction.changeDeadLetters([put]);
      throw new Error('no');
    });
    checkEqual(rolledBack.status, 'failed', 'the transaction that was rolled back');
    checkEqual(sortedIdsOf(await readRows(store)), ['1', '2', '3'], 'rows after the rollback');
    check(poison !== undefined, 'no row was read');
    await putLetter(store, outboxLetter('l-1'), { outboxRowId: poison.rowId });
    checkEqual(sortedIdsOf(await readRows(store)), ['3'], 'rows behind the letter');
    await removeLetter(store, 'l-1');
    checkEqual(sortedIdsOf(await readRows(store)), ['2', '3'], 'rows when the key is free');
  }),

  proves('DLQ-10', 'two relays bury one row', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    await enqueue(store, draft('1', 'k'));
    const [row] = await readRows(store);
    check(row !== undefined, 'no row was read');
    const bury = (id: string) =>
      ({ change: 'put', letter: outboxLetter(id), parksKey: true, outboxRowId: row.rowId }) as const;
    const first = holdOpen(world, store, ({ changeDeadLetters }) => changeDeadLetters([bury('l-1')]));
    await first.worked;
    const second = attempt(other, ({ changeDeadLetters }) => changeDeadLetters([bury('l-2')]));
    await meanwhile(world, second);
    const outcomes = [await first.commit(), await second];
    const lost = outcomes.filter((each) => each.status === 'failed');
    checkEqual(lost.length, 1, 'relays that were told that they came too late');
    check(
      lost.every(({ code }) => code === 'not-found' || code === 'write-conflict'),
      `whoever came too late was told ${lost[0]?.code}`,
    );
    const third = putLetter(other, outboxLetter('l-3'), { outboxRowId: row.rowId });
    checkEqual(await codeOfFailure(store, third), 'not-found', 'the code for a row that is gone');
    checkEqual((await readLetters(store)).length, 1, 'letters of one row');
    checkEqual((await store.inspect()).parkedKeys, 1, 'keys parked by one row');
  }),
];
