import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxDraft, StoreTransaction } from '../driver/index.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import type { MemoryTables } from './memory-tables.ts';

/** One statement of a transaction; keys are few, so that transactions meet. */
type Statement =
  | { readonly does: 'count'; readonly key: string }
  | { readonly does: 'claim'; readonly key: string }
  | { readonly does: 'advance'; readonly key: string }
  | { readonly does: 'publish'; readonly key: string; readonly count: number };

interface Script {
  readonly statements: readonly Statement[];
  readonly commits: boolean;
}

const key = fc.constantFrom('a', 'b', 'c');
const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ does: fc.constantFrom('count', 'claim', 'advance'), key }),
  fc.record({ does: fc.constant('publish'), key, count: fc.integer({ min: 1, max: 3 }) }),
);
const script: fc.Arbitrary<Script> = fc.record({
  statements: fc.array(statement, { minLength: 1, maxLength: 5 }),
  commits: fc.boolean(),
});

/** What a transaction would have done; it counts only when the transaction has committed. */
interface Effects {
  readonly counted: string[];
  readonly claimed: string[];
  readonly advanced: { readonly key: string; readonly sequence: number }[];
  readonly published: { readonly key: string; readonly id: string }[];
}

const draft = (id: string, orderingKey: string): OutboxDraft => ({
  address: { kind: 'command', channel: 'orders' },
  id,
  key: orderingKey,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

const everything = {
  buckets: Array.from({ length: 64 }, (_, bucket) => bucket),
  blocked: [],
  blockedChannels: [],
  limit: 10_000,
};

type Transaction = StoreTransaction<MemoryTables>;

async function count({ native }: Transaction, name: string, effects: Effects): Promise<void> {
  const counters = native.table<number>('counters');
  counters.put(name, (counters.get(name) ?? 0) + 1);
  effects.counted.push(name);
}

async function claim({ claim: ask }: Transaction, name: string, effects: Effects): Promise<void> {
  const [outcome] = await ask([{ kind: 'identity', scope: 's', key: name, fingerprint: 'f', leaseMs: 0 }]);
  if (outcome?.status === 'claimed') effects.claimed.push(name);
}

/** Claims the next number of a key, as the fence itself names it. */
async function advance({ claim: ask }: Transaction, name: string, effects: Effects): Promise<void> {
  const fence = { kind: 'sequence', scope: 's', channel: 'c', key: name, epoch: 'e', overGap: false } as const;
  const [asked] = await ask([{ ...fence, sequence: Number.MAX_SAFE_INTEGER, firstSequence: 1 }]);
  if (asked?.status !== 'gap') return;
  const sequence = asked.expected;
  const [outcome] = await ask([{ ...fence, sequence, firstSequence: 1 }]);
  if (outcome?.status === 'claimed') effects.advanced.push({ key: name, sequence });
}

async function run(transaction: Transaction, one: Statement, effects: Effects, newId: () => string): Promise<void> {
  if (one.does === 'count') return count(transaction, one.key, effects);
  if (one.does === 'claim') return claim(transaction, one.key, effects);
  if (one.does === 'advance') return advance(transaction, one.key, effects);
  const ids = Array.from({ length: one.count }, newId);
  for (const id of ids) effects.published.push({ key: one.key, id });
  return transaction.enqueue(ids.map((id) => draft(id, one.key)));
}

/** A transaction that does one statement at every call of `step`, and ends at the last. */
function openScript(store: MemoryStore, { statements, commits }: Script, newId: () => string) {
  const effects: Effects = { counted: [], claimed: [], advanced: [], published: [] };
  let next = Promise.withResolvers<void>();
  let end: 'open' | 'committed' | 'rolled-back' = 'open';
  const work = async (transaction: Transaction): Promise<void> => {
    for (const one of statements) {
      await next.promise;
      await run(transaction, one, effects, newId);
    }
    await next.promise;
    if (!commits) throw new Error('rolled back');
  };
  store.transaction(work).then(
    () => (end = 'committed'),
    () => (end = 'rolled-back'),
  );
  return {
    effects,
    end: () => end,
    step: () => {
      const released = next;
      next = Promise.withResolvers();
      released.resolve();
    },
  };
}

test('however transactions overlap, what has committed is the same as one after the other, and nothing else is there', async () => {
  const clock = virtualClock();
  const property = fc.asyncProperty(
    fc.array(script, { minLength: 2, maxLength: 6 }),
    fc.infiniteStream(fc.nat()),
    async (scripts, picks) => {
      const store = memoryStore({ clock, newId: () => 'e' });
      let ids = 0;
      const open = scripts.map((one) => openScript(store, one, () => `m${(ids += 1)}`));
      const committed: Effects[] = [];
      const published = (): readonly string[] => committed.flatMap((one) => one.published.map(({ id }) => id));
      for (let left = [...open]; left.length > 0; left = left.filter((one) => one.end() === 'open')) {
        const one = left[(picks.next().value ?? 0) % left.length];
        one?.step();
        await clock.turn();
        if (one?.end() === 'committed') committed.push(one.effects);
        const { rows } = await store.readOutbox(everything);
        expect(rows.map(({ id }) => id).toSorted()).toEqual(published().toSorted());
      }
      await expectSerial(store, committed);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

async function expectSerial(store: MemoryStore, committed: readonly Effects[]): Promise<void> {
  const { rows } = await store.readOutbox(everything);
  const claimed = committed.flatMap((one) => one.claimed);
  expect(new Set(claimed).size).toBe(claimed.length);
  for (const name of ['a', 'b', 'c']) {
    const counted = committed.flatMap((one) => one.counted).filter((other) => other === name).length;
    expect(store.tables.table<number>('counters').get(name) ?? 0).toBe(counted);
    const advanced = committed.flatMap((one) => one.advanced).filter((other) => other.key === name);
    expect(advanced.map(({ sequence }) => sequence)).toEqual(advanced.map((_, at) => at + 1));
    const published = committed.flatMap((one) => one.published).filter((other) => other.key === name);
    const ofKey = rows.filter((row) => row.key === name);
    expect(ofKey.map(({ id, sequence }) => [id, sequence])).toEqual(published.map(({ id }, at) => [id, at + 1]));
  }
}
