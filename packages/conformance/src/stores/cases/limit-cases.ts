import { check, checkEqual } from '../../harness/check.ts';
import { claim, codeOfFailure, statusesOf } from '../stage/attempt.ts';
import { allBuckets, enqueue, idsOf, readLetters, readRows } from '../stage/outbox.ts';
import { draft, identity, letter } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** Beyond this a limit costs more to reach than it proves; a store that has none is asked for so much. */
const most = { keyBytes: 100_000, claims: 1000, rows: 2000, letters: 1000 };

/** A database may bound what one transaction writes. */
const chunk = 20;

/** The edges of what a store declares. */
export const limitCases: readonly StoreCase[] = [
  proves('LIM-1', 'the longest key, and one byte more', async (world) => {
    const store = await world.open();
    const { keyBytesMax } = store.capabilities.keys;
    const longest = 'k'.repeat(Math.min(keyBytesMax, most.keyBytes));
    checkEqual(statusesOf(await claim(store, identity(longest))), ['claimed'], `a key of ${longest.length} bytes`);
    checkEqual(statusesOf(await claim(store, identity(longest))), ['duplicate'], 'the same key again');
    if (keyBytesMax > most.keyBytes) return;
    const code = await codeOfFailure(store, claim(store, identity(`${longest}k`)));
    checkEqual(code, 'key-too-long', `the code of a key of ${longest.length + 1} bytes`);
    // Fewer characters than bytes.
    const wide = await codeOfFailure(store, claim(store, identity('é'.repeat(Math.floor(keyBytesMax / 2) + 1))));
    checkEqual(wide, 'key-too-long', 'the code of a key that is too long in bytes only');
  }),

  proves('LIM-2', 'the largest batch of claims', async (world) => {
    const store = await world.open();
    const count = Math.min(store.capabilities.claims.batchMax, most.claims);
    const outcomes = await claim(store, ...Array.from({ length: count }, (_, at) => identity(`o-${at}`)));
    checkEqual(outcomes.length, count, 'answers to a batch of claims');
    checkEqual(new Set(statusesOf(outcomes)), new Set(['claimed']), 'what the batch was told');
  }),

  proves('LIM-3', 'the largest page of the outbox', async (world) => {
    const store = await world.open();
    const limit = Math.min(store.capabilities.outbox.readMax, most.rows);
    const drafts = Array.from({ length: limit + 1 }, (_, at) => draft(`${at}`, `k${at % 50}`));
    for (let at = 0; at < drafts.length; at += chunk) await enqueue(store, ...drafts.slice(at, at + chunk));
    const rows = await readRows(store, { buckets: allBuckets(store), limit });
    checkEqual(rows.length, limit, 'rows of the largest page');
    checkEqual(new Set(idsOf(rows)).size, limit, 'rows of the largest page, each once');
  }),

  proves('LIM-4', 'the largest page of dead letters', async (world) => {
    const store = await world.open();
    const limit = Math.min(store.capabilities.deadLetters.pageMax, most.letters);
    const letters = Array.from({ length: limit + 1 }, (_, at) => letter(`l-${at}`, { key: `k${at % 50}` }));
    for (let at = 0; at < letters.length; at += chunk) {
      const puts = letters
        .slice(at, at + chunk)
        .map((one) => ({ change: 'put', letter: one, parksKey: true, outboxRowId: undefined }) as const);
      await store.transaction(({ changeDeadLetters }) => changeDeadLetters(puts));
    }
    const page = await readLetters(store, { limit });
    checkEqual(idsOf(page), idsOf(letters).slice(0, limit), 'the letters of the largest page');
  }),

  proves('LIM-5', 'the largest body that every queue takes', async (world) => {
    const store = await world.open();
    const body = Uint8Array.from({ length: 256 * 1024 }, (_, at) => (at * 31) % 256);
    await enqueue(store, draft('large', 'k', { body }));
    const [row] = await readRows(store);
    check(row !== undefined, 'no row was read');
    check(Buffer.compare(row.body, body) === 0, `the body came back otherwise, with ${row.body.length} bytes`);
  }),
];
