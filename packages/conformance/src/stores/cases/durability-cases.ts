import type { StoreDriver } from '@waybill/core/driver';
import { check, checkEqual } from '../../harness/check.ts';
import { faultModes } from '../../harness/mode.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import { attempt, claim, persist, statusesOf } from '../stage/attempt.ts';
import { holdOpen } from '../stage/hold-open.ts';
import { enqueue, idsOf, putLetter, readLetters, readRows } from '../stage/outbox.ts';
import { draft, identity, letter, number } from '../stage/samples.ts';
import { alone, needing, proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** What is left when something dies. */
export const durabilityCases: readonly StoreCase[] = [
  alone(
    proves(
      'DUR-1',
      'the server is killed and started again',
      needing(['killServer'], async (world, { killServer }) => {
        const store = await world.open();
        await claim(store, identity('o-1'), number(1));
        await enqueue(store, draft('m-1', 'k'));
        await putLetter(store, letter('l-1'));
        await killServer();
        const next = await openAgain(world);
        checkEqual(statusesOf(await claim(next, identity('o-1'), number(1))), ['duplicate', 'duplicate'], 'the claims');
        checkEqual(idsOf(await readLetters(next)), ['l-1'], 'the letters');
        await enqueue(next, draft('m-2', 'k'));
        const rows = await readRows(next);
        checkEqual(
          rows.map(({ id, sequence }) => [id, sequence]),
          [
            ['m-1', 1],
            ['m-2', 2],
          ],
          'the rows, numbered on',
        );
        checkEqual(new Set(rows.map(({ epoch }) => epoch)).size, 1, 'epochs before and after the crash');
      }),
      faultModes,
    ),
  ),

  proves(
    'DUR-1',
    'the process that has written it is killed',
    needing(['abandon'], async (world, { abandon }) => {
      const dead = await world.open();
      await claim(dead, identity('o-1'), number(1));
      await enqueue(dead, draft('m-1', 'k'));
      await putLetter(dead, letter('l-1'));
      await abandon(dead);
      const next = await world.open();
      checkEqual(statusesOf(await claim(next, identity('o-1'), number(1))), ['duplicate', 'duplicate'], 'the claims');
      checkEqual(idsOf(await readRows(next)), ['m-1'], 'the rows of the outbox');
      checkEqual(idsOf(await readLetters(next)), ['l-1'], 'the letters');
    }),
    faultModes,
  ),

  proves(
    'DUR-2',
    'the process that was writing it is killed',
    needing(['abandon'], async (world, { abandon }) => {
      const dead = await world.open();
      const held = holdOpen(world, dead, (transaction) =>
        transaction.changeDeadLetters([
          { change: 'put', letter: letter('l-1'), parksKey: true, outboxRowId: undefined },
        ]),
      );
      await held.worked;
      await abandon(dead);
      const next = await world.open();
      checkEqual(idsOf(await readLetters(next)), [], 'the letters');
      await putLetter(next, letter('l-1', { error: 'by another' }));
      checkEqual(
        (await readLetters(next)).map(({ error }) => error),
        ['by another'],
        'the letter of another process',
      );
    }),
    faultModes,
  ),

  alone(
    proves(
      'DUR-2',
      'the server is killed under an open transaction',
      needing(['killServer'], async (world, { killServer }) => {
        const store = await world.open();
        const { writeRow, rows } = await world.database();
        const held = holdOpen(world, store, async (transaction) => {
          await transaction.claim([identity('o-1')]);
          await writeRow(transaction.native, 'row');
          await transaction.enqueue([draft('m-1', 'k')]);
        });
        await held.worked;
        await killServer();
        const outcome = await held.commit();
        checkEqual(outcome.status, 'failed', 'the commit on a server that was killed');
        const next = await openAgain(world);
        checkEqual(await rows(), [], "the user's rows");
        checkEqual(idsOf(await readRows(next)), [], 'the rows of the outbox');
        checkEqual(statusesOf(await claim(next, identity('o-1'))), ['claimed'], 'the claim');
      }),
      faultModes,
    ),
  ),

  alone(
    proves(
      'DUR-3',
      'the server freezes for a while',
      needing(['pauseServer'], async (world, { pauseServer }) => {
        const store = await world.open();
        await claim(store, identity('o-1'));
        const resume = await pauseServer();
        const asked = attempt(store, (transaction) => transaction.claim([identity('o-2')]));
        await world.clock.sleep(world.harness.timing.settleMs);
        await resume();
        const outcome = await asked;
        const next = await openAgain(world);
        const [second] = await claim(next, identity('o-2'));
        const isKept = second?.status === 'duplicate';
        if (outcome.status === 'committed') check(isKept, 'a claim that was confirmed is lost');
        else check(!isKept || outcome.code !== 'write-conflict', `a claim that is kept was told ${outcome.code}`);
        checkEqual(statusesOf(await claim(next, identity('o-1'))), ['duplicate'], 'what was committed before');
      }),
      faultModes,
    ),
  ),

  proves('DUR-4', 'closed, and opened again', async (world) => {
    const store = await world.open();
    await claim(store, identity('o-1'), number(1));
    await enqueue(store, draft('m-1', 'k'));
    await putLetter(store, letter('l-1'));
    await store.close();
    const next = await world.open();
    checkEqual(statusesOf(await claim(next, identity('o-1'), number(1))), ['duplicate', 'duplicate'], 'the claims');
    checkEqual(idsOf(await readRows(next)), ['m-1'], 'the rows of the outbox');
    checkEqual(idsOf(await readLetters(next)), ['l-1'], 'the letters');
  }),

  proves(
    'TXN-10',
    'every connection is cut, in the work and at the commit',
    needing(['cutConnections'], async (world, { cutConnections }) => {
      const database = await world.database();
      const store = await world.open();
      for (const moment of ['work', 'commit'] as const) {
        const outcome = await attempt(store, async (transaction) => {
          await transaction.claim([identity(moment)]);
          if (moment === 'work') check((await cutConnections(database)) > 0, 'no connection was cut');
          await transaction.enqueue([draft(moment, 'k')]);
          if (moment === 'commit') check((await cutConnections(database)) > 0, 'no connection was cut');
        });
        check(outcome.status === 'failed', `a transaction whose connection was cut in its ${moment} was confirmed`);
        const codes = moment === 'work' ? ['unavailable'] : ['unavailable', 'commit-unknown'];
        check(codes.includes(outcome.code), `the code of a ${moment} whose connection was cut is ${outcome.code}`);
        const statuses = statusesOf(await persistOnNew(world, moment));
        const due = outcome.code === 'commit-unknown' ? ['claimed', 'duplicate'] : ['claimed'];
        check(due.includes(statuses[0] ?? ''), `after ${outcome.code} the claim is ${statuses[0]}`);
      }
    }),
    faultModes,
  ),

  proves(
    'TXN-11',
    'a process dies with a transaction open',
    needing(['abandon'], async (world, { abandon }) => {
      const dead = await world.open();
      const { writeRow, rows } = await world.database();
      const held = holdOpen(world, dead, async (transaction) => {
        await transaction.claim([identity('o-1'), number(1)]);
        await writeRow(transaction.native, 'row');
        await transaction.enqueue([draft('m-1', 'k')]);
      });
      await held.worked;
      await abandon(dead);
      const store = await world.open();
      const outcomes = await persist(store, (transaction) => transaction.claim([identity('o-1'), number(1)]));
      checkEqual(statusesOf(outcomes), ['claimed', 'claimed'], 'the claims of the next process');
      await enqueue(store, draft('m-2', 'k'));
      const numbers = (await readRows(store)).map(({ id, sequence }) => [id, sequence]);
      checkEqual(numbers, [['m-2', 1]], 'the rows of the outbox');
      checkEqual(await rows(), [], "the user's rows");
    }),
    faultModes,
  ),
];

const persistOnNew = async (world: StoreWorld, key: string) =>
  persist(await world.open(), (transaction) => transaction.claim([identity(key)]));

/** A store on a server that may still be waking up. */
async function openAgain(world: StoreWorld): Promise<StoreDriver> {
  const untilMs = world.clock.monotonic() + world.harness.timing.patienceMs;
  for (;;) {
    try {
      const store = await world.open();
      await store.inspect();
      return store;
    } catch (error) {
      if (world.clock.monotonic() > untilMs) throw error;
      await world.clock.sleep(100);
    }
  }
}
