import { checkEqual, need } from '../../harness/check.ts';
import { attempt, claim, persist, statusesOf } from '../stage/attempt.ts';
import { number } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

const duplicate = { status: 'duplicate', answer: undefined } as const;
const claimed = { status: 'claimed' } as const;
const conflict = { status: 'conflict' } as const;

/** One cursor per scope, channel and key, moved only from n−1 to n. */
export const fenceCases: readonly StoreCase[] = [
  proves('SEQ-1', 'one after the other, through two stores', async (world) => {
    const stores = await Promise.all([world.open(), world.open()]);
    for (let sequence = 1; sequence <= world.amount(20); sequence += 1) {
      const outcomes = await claim(stores[sequence % 2] ?? stores[0], number(sequence));
      checkEqual(outcomes, [claimed], `the claim of number ${sequence}`);
    }
  }),

  proves('SEQ-2', 'every number of a long row again', async (world) => {
    const store = await world.open();
    const last = world.amount(50);
    for (let sequence = 1; sequence <= last; sequence += 1) await claim(store, number(sequence));
    for (const sequence of [1, Math.ceil(last / 2), last]) {
      checkEqual(await claim(store, number(sequence)), [duplicate], `the claim of number ${sequence} behind ${last}`);
      const forced = number(sequence, { overGap: true, firstSequence: sequence });
      checkEqual(await claim(store, forced), [duplicate], `the claim of number ${sequence} over gaps`);
    }
  }),

  proves('SEQ-3', 'numbers come too early', async (world) => {
    const store = await world.open();
    checkEqual(await claim(store, number(2)), [{ status: 'gap', expected: 1 }], 'number 2 before any');
    checkEqual(await claim(store, number(1)), [claimed], 'number 1 after the gap');
    for (const sequence of [3, 1000]) {
      checkEqual(await claim(store, number(sequence)), [{ status: 'gap', expected: 2 }], `number ${sequence} after 1`);
    }
    checkEqual(await claim(store, number(2)), [claimed], 'number 2, which was due all the time');
  }),

  proves('SEQ-4', 'an operator gives numbers up', async (world) => {
    const store = await world.open();
    checkEqual(await claim(store, number(3, { overGap: true })), [claimed], 'number 3 before any, over the gap');
    checkEqual(await claim(store, number(9, { overGap: true })), [claimed], 'number 9 after 3, over the gap');
    checkEqual(await claim(store, number(5)), [duplicate], 'a number that was given up');
    checkEqual(await claim(store, number(10)), [claimed], 'the next one');
  }),

  proves('SEQ-5', 'a subscription that was made later', async (world) => {
    const store = await world.open();
    checkEqual(await claim(store, number(7, { firstSequence: 7 })), [claimed], 'the first number given');
    checkEqual(await claim(store, number(6, { firstSequence: 6 })), [duplicate], 'a number before the first');
    checkEqual(await claim(store, number(9, { firstSequence: 9 })), [{ status: 'gap', expected: 8 }], 'a later gap');
    const early = number(2, { key: 'other', firstSequence: 5 });
    checkEqual(await claim(store, early), [duplicate], 'a number below the first of a new key');
  }),

  proves('SEQ-6', 'another numbering', async (world) => {
    const store = await world.open();
    await claim(store, number(1), number(2));
    // Of another system, so that no store can take it for a later timeline of its own.
    const epoch = '9999999999999999999.1.5';
    for (const sequence of [1, 2, 3, 9]) {
      checkEqual(await claim(store, number(sequence, { epoch })), [conflict], `number ${sequence} of another epoch`);
    }
    checkEqual(await claim(store, number(3)), [claimed], 'the next number of the right epoch');
  }),

  proves('SEQ-7', 'many claim one number at the same time', async (world) => {
    const stores = await Promise.all([world.open(), world.open(), world.open()]);
    const { writeRow, rows } = await world.database();
    const last = 5;
    for (let sequence = 1; sequence <= last; sequence += 1) {
      const copies = Array.from({ length: world.amount(12) }, (_, at) =>
        persist(stores[at % 3] ?? stores[0], async (transaction) => {
          const [outcome] = await transaction.claim([number(sequence)]);
          await world.clock.sleep(1);
          if (outcome?.status === 'claimed') await writeRow(transaction.native, `${sequence}/${at}`);
          return outcome?.status;
        }),
      );
      const statuses = await Promise.all(copies);
      checkEqual(statuses.filter((each) => each === 'claimed').length, 1, `claims of number ${sequence}`);
      checkEqual(new Set(statuses).has('gap'), false, `number ${sequence} is called a gap`);
    }
    checkEqual((await rows()).length, last, 'effects that were committed');
  }),

  proves('SEQ-8', 'a move whose transaction fails', async (world) => {
    const store = await world.open();
    await claim(store, number(1));
    await attempt(store, async (transaction) => {
      await transaction.claim([number(2), number(3), number(1, { key: 'new' })]);
      throw new Error('no');
    });
    checkEqual(await claim(store, number(3)), [{ status: 'gap', expected: 2 }], 'number 3 after the rollback');
    checkEqual(await claim(store, number(2), number(1, { key: 'new' })), [claimed, claimed], 'the numbers rolled back');
  }),

  proves('SEQ-9', 'the same numbers elsewhere', async (world) => {
    const store = await world.open();
    const places = [{}, { scope: 'other' }, { channel: 'other' }, { key: 'other' }, { key: 'OTHER' }];
    for (const place of places) {
      checkEqual(await claim(store, number(1, place)), [claimed], `number 1 of ${JSON.stringify(place)}`);
    }
    checkEqual(await claim(store, number(1)), [duplicate], 'number 1 where it was claimed');
  }),

  proves('SEQ-10', 'a batch of one key with a copy and a gap', async (world) => {
    const store = await world.open();
    const other = { key: 'other' };
    const batch = [number(1), number(1, other), number(2), number(2), number(4), number(3), number(3, other)];
    checkEqual(
      await claim(store, ...batch),
      [claimed, claimed, claimed, duplicate, { status: 'gap', expected: 3 }, claimed, { status: 'gap', expected: 2 }],
      'the answers to numbers 1, 1 of another key, 2, 2, 4, 3, and 3 of the other key',
    );
    checkEqual(
      statusesOf(await claim(store, number(4), number(2, other))),
      ['claimed', 'claimed'],
      'what was due next',
    );
  }),

  proves('SEQ-11', 'the largest number that is one', async (world) => {
    const store = await world.open();
    const last = Number.MAX_SAFE_INTEGER;
    checkEqual(await claim(store, number(last - 1, { firstSequence: last - 1 })), [claimed], 'number 2^53 − 2');
    checkEqual(await claim(store, number(last)), [claimed], 'number 2^53 − 1');
    checkEqual(await claim(store, number(last)), [duplicate], 'number 2^53 − 1 again');
    const gap = number(last, { key: 'other', firstSequence: last - 1 });
    checkEqual(await claim(store, gap), [{ status: 'gap', expected: last - 1 }], 'a gap of one at the end');
  }),

  proves('SEQ-12', 'many numbers on few keys', async (world) => {
    const store = await world.open();
    const { fenceRecords } = await world.database();
    const count = need(fenceRecords, 'way to count what the fence keeps');
    const keys = ['a', 'b', 'c'];
    for (let sequence = 1; sequence <= world.amount(30); sequence += 1) {
      await claim(store, ...keys.map((key) => number(sequence, { key })));
    }
    checkEqual(await count(), keys.length, 'records of the fence');
  }),

  proves('SEQ-13', 'a failover to a standby, and back', async (world) => {
    const store = await world.open();
    const [system, database] = ['7000000000000000001', '5'];
    const on = (timeline: number, sequence: number) => number(sequence, { epoch: `${system}.${timeline}.${database}` });
    await claim(store, on(9, 1), on(9, 2), on(9, 3));
    // The standby lacked 2 and 3: it gives these numbers to other messages.
    for (const sequence of [2, 3]) {
      checkEqual(await claim(store, on(10, sequence)), [conflict], `number ${sequence} of the next timeline behind 3`);
    }
    const gap = { status: 'gap', expected: 4 };
    checkEqual(await claim(store, on(10, 5)), [gap], 'number 5 of the next timeline before 4');
    checkEqual(await claim(store, on(10, 4), on(10, 5)), [claimed, claimed], 'numbers 4 and 5 of the next timeline');
    for (const sequence of [2, 3]) {
      checkEqual(await claim(store, on(9, sequence)), [duplicate], `number ${sequence} that was passed before`);
      checkEqual(await claim(store, on(10, sequence)), [conflict], `number ${sequence} that was lost, behind 5`);
    }
    for (const sequence of [4, 5]) {
      checkEqual(await claim(store, on(10, sequence)), [duplicate], `number ${sequence} that was passed since`);
      checkEqual(await claim(store, on(9, sequence)), [conflict], `number ${sequence} of the timeline that is over`);
    }
    checkEqual(await claim(store, on(9, 6)), [conflict], 'the next number of the timeline that is over');
  }),
];
