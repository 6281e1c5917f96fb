import type { StoreDriver, StoreTransaction } from '@waybill/core/driver';
import { check, checkEqual } from '../../harness/check.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import { attempt, claim, codeOfCall, persist, statusesOf } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { allBuckets, idsOf, numbersOf, putLetter, readLetters, readRows } from '../stage/outbox.ts';
import { completion, draft, identity, letter, number, openKey } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** All or nothing. */
export const transactionCases: readonly StoreCase[] = [
  proves('TXN-1', 'everything at once, rolled back', async (world) => {
    const store = await world.open();
    await claim(store, identity('leased', { leaseMs: 60_000 }));
    await putLetter(store, letter('known', { key: 'known' }));
    const failed = await attempt(store, async (transaction) => {
      await everything(world, transaction);
      await transaction.complete([completion('leased', new Uint8Array([1]))]);
      await transaction.changeDeadLetters([{ change: 'remove', id: 'known' }]);
      throw new Error('no');
    });
    checkEqual(failed.status, 'failed', 'the transaction');
    await checkNothing(world, store);
    checkEqual(
      statusesOf(await claim(store, identity('leased'))),
      ['in-progress'],
      'a completion that was rolled back',
    );
    checkEqual(idsOf(await readLetters(store)), ['known'], 'letters after the rollback');
    checkEqual(statusesOf(await claim(store, openKey('known'))), ['parked'], 'the key of a removal rolled back');
  }),

  proves('TXN-2', 'everything at once, committed', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    await store.transaction((transaction) => everything(world, transaction));
    checkEqual(await (await world.database()).rows(), ['row'], "the user's rows");
    checkEqual(numbersOf(await readRows(other)), [['m-1', 1]], 'rows of the outbox');
    checkEqual(idsOf(await readLetters(other)), ['l-1'], 'letters');
    const claims = [identity('o-1'), number(1), openKey('k')];
    checkEqual(statusesOf(await claim(other, ...claims)), ['duplicate', 'duplicate', 'parked'], 'the claims');
  }),

  proves('TXN-3', 'the work fails with an error of its own', async (world) => {
    const store = await world.open();
    const error = new Error('the handler failed');
    const outcome = await attempt(store, async (transaction) => {
      await transaction.claim([identity('o-1')]);
      throw error;
    });
    check(outcome.status === 'failed', 'the transaction committed though its work failed');
    check(outcome.error === error, `the error that came out is ${String(outcome.error)}`);
    checkEqual(outcome.code, 'unknown', "the code of an error that is not the store's");
  }),

  proves('TXN-4', 'used after its commit and after its rollback', async (world) => {
    const store = await world.open();
    for (const end of ['commit', 'rollBack'] as const) {
      const held = holdOpen(world, store, async (transaction) => transaction);
      const { claim: make, complete, enqueue, changeDeadLetters } = await held.worked;
      await held[end]();
      const calls = {
        claim: () => make([identity('late')]),
        complete: () => complete([completion('late', undefined)]),
        enqueue: () => enqueue([draft('late', 'k')]),
        changeDeadLetters: () =>
          changeDeadLetters([{ change: 'put', letter: letter('late'), parksKey: true, outboxRowId: undefined }]),
      };
      for (const [name, call] of Object.entries(calls)) {
        const code = await codeOfCall(store, call);
        checkEqual(code, 'transaction-closed', `the code of ${name} after ${end}`);
      }
    }
    checkEqual(statusesOf(await claim(store, identity('late'))), ['claimed'], 'what was claimed too late');
  }),

  proves('TXN-5', 'two move one cursor, each with an effect', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    const { writeRow, rows } = await world.database();
    const move = (id: string) => async (transaction: StoreTransaction) => {
      const [outcome] = await transaction.claim([number(1)]);
      if (outcome?.status === 'claimed') await writeRow(transaction.native, id);
      return outcome?.status;
    };
    const first = holdOpen(world, store, move('first'));
    await first.worked;
    const second = attempt(other, move('second'));
    await meanwhile(world, second);
    const outcomes = [await first.commit(), await second];
    const effects = outcomes.filter((each) => each.status === 'committed' && each.result === 'claimed');
    checkEqual(effects.length, 1, 'transactions that committed the move');
    for (const each of outcomes) {
      if (each.status === 'failed') checkEqual(each.code, 'write-conflict', 'the code of the one that lost');
    }
    checkEqual((await rows()).length, 1, 'effects that were committed');
    checkEqual(await persist(other, move('again')), 'duplicate', 'the answer when the loser runs again');
    checkEqual(statusesOf(await claim(store, number(2))), ['claimed'], 'the next number');
  }),

  proves('TXN-6', 'a result is handed out', async (world) => {
    const store = await world.open();
    const result = { total: 7 };
    check(
      (await store.transaction(async () => result)) === result,
      'the answer is not what the work has resolved with',
    );
  }),

  proves('TXN-7', 'closed while a transaction is open', async (world) => {
    const store = await world.open();
    const held = holdOpen(world, store, (transaction) => transaction.claim([identity('o-1')]));
    await held.worked;
    let isClosed = false;
    const closing = store.close().then(() => {
      isClosed = true;
    });
    await meanwhile(world, closing);
    check(!isClosed, 'close did not wait for the transaction');
    checkEqual((await held.commit()).status, 'committed', 'the transaction that was under way');
    await closing;
    checkEqual(statusesOf(await claim(await world.open(), identity('o-1'))), ['duplicate'], 'what it has claimed');
  }),

  proves('TXN-8', 'used after close', async (world) => {
    const store = await world.open();
    await claim(store, identity('o-1'));
    await store.close();
    await store.close();
    const calls = {
      transaction: () => store.transaction(async () => undefined),
      leaseBuckets: () => store.leaseBuckets({ owner: 'one', bucketsMax: 1, leaseMs: 1000 }),
      readOutbox: () => store.readOutbox({ buckets: allBuckets(store), blocked: [], blockedChannels: [], limit: 1 }),
      deleteOutbox: () => store.deleteOutbox({ rowIds: [1], leases: [{ bucket: 0, token: 1 }] }),
    };
    for (const [name, call] of Object.entries(calls)) {
      checkEqual(await codeOfCall(store, call), 'closed', `the code of ${name} after close`);
    }
    checkEqual(statusesOf(await claim(await world.open(), identity('o-1'))), ['duplicate'], 'what it has claimed');
  }),

  proves('TXN-9', 'keys in opposite order, many times', async (world) => {
    const stores = await Promise.all([world.open(), world.open()]);
    const turns = Array.from({ length: world.amount(20) }, (_, at) => {
      const keys = at % 2 === 0 ? ['a', 'b', 'c'] : ['c', 'b', 'a'];
      return persist(stores[at % 2] ?? stores[0], async (transaction) => {
        await transaction.claim(keys.map((key) => identity(`${key}${Math.floor(at / 2)}`)));
        await transaction.claim(keys.map((key) => number(1, { key: `${key}${Math.floor(at / 2)}` })));
        await transaction.enqueue(keys.map((key) => draft(`${key}${at}`, key)));
      });
    });
    await Promise.all(turns);
    const rows = await readRows(stores[0]);
    checkEqual(rows.length, turns.length * 3, 'rows of transactions that touched keys in opposite order');
  }),

  proves('TXN-10', 'the work swallows the error of a statement', async (world) => {
    const store = await world.open();
    const { writeRow, rows } = await world.database();
    await store.transaction(({ native }) => writeRow(native, 'taken'));
    const outcome = await attempt(store, async (transaction) => {
      await transaction.claim([identity('o-1')]);
      await writeRow(transaction.native, 'new');
      // A second row of one id. What follows in the transaction may be refused, or not.
      await writeRow(transaction.native, 'taken').catch(() => undefined);
      await transaction.enqueue([draft('m-1', 'k')]).catch(() => undefined);
    });
    const isCommitted = outcome.status === 'committed';
    checkEqual((await rows()).toSorted(), isCommitted ? ['new', 'taken'] : ['taken'], "the user's rows");
    checkEqual(idsOf(await readRows(store)), isCommitted ? ['m-1'] : [], 'the rows of the outbox');
    const due = isCommitted ? 'duplicate' : 'claimed';
    checkEqual(
      statusesOf(await claim(store, identity('o-1'))),
      [due],
      `the claim of a transaction that ${outcome.status}`,
    );
  }),

  proves('TXN-11', 'a store stops while its transaction fails', async (world) => {
    const [stopping, store] = await Promise.all([world.open(), world.open()]);
    const held = holdOpen(world, stopping, (transaction) => transaction.claim([identity('o-1'), number(1)]));
    await held.worked;
    const closing = stopping.close();
    checkEqual((await held.rollBack()).status, 'failed', 'the transaction that was rolled back');
    await closing;
    const outcomes = await claim(store, identity('o-1'), number(1));
    checkEqual(statusesOf(outcomes), ['claimed', 'claimed'], 'the claims of another store');
  }),

  proves('TXN-12', 'a transaction looks at its own work', async (world) => {
    const store = await world.open();
    await store.transaction(async (transaction) => {
      await transaction.claim([identity('o-1'), number(1)]);
      const again = await transaction.claim([identity('o-1'), number(1), number(2), number(4)]);
      checkEqual(statusesOf(again), ['duplicate', 'duplicate', 'claimed', 'gap'], 'own claims, seen again');
      const put = { change: 'put', letter: letter('l-1'), parksKey: true, outboxRowId: undefined } as const;
      await transaction.changeDeadLetters([put]);
      checkEqual(statusesOf(await transaction.claim([openKey('k')])), ['parked'], 'a key that it has parked itself');
      await transaction.changeDeadLetters([{ change: 'remove', id: 'l-1' }]);
      checkEqual(statusesOf(await transaction.claim([openKey('k')])), ['claimed'], 'a key that it has freed itself');
    });
  }),
];

/** Something of each kind. */
async function everything(world: StoreWorld, transaction: StoreTransaction): Promise<void> {
  const { writeRow } = await world.database();
  await transaction.claim([identity('o-1'), number(1), openKey('k')]);
  await writeRow(transaction.native, 'row');
  await transaction.changeDeadLetters([
    { change: 'put', letter: letter('l-1'), parksKey: true, outboxRowId: undefined },
  ]);
  await transaction.enqueue([draft('m-1', 'k')]);
}

async function checkNothing(world: StoreWorld, store: StoreDriver): Promise<void> {
  checkEqual(await (await world.database()).rows(), [], "the user's rows after a rollback");
  checkEqual(idsOf(await readRows(store)), [], 'rows of the outbox after a rollback');
  const claims = [identity('o-1'), number(1), openKey('k')];
  checkEqual(
    statusesOf(await claim(store, ...claims)),
    ['claimed', 'claimed', 'claimed'],
    'the claims after a rollback',
  );
}
