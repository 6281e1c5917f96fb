import type { BucketGrant, BucketLease, StoreDriver } from '@waybill/core/driver';
import { lettersInstead, readsInstead, rowsInstead, transacting } from './change-store.ts';
import type { ChangeStore, StoreMutant } from './store-mutant.ts';

/** What a store can do wrong with the outbox and its leases. */
export const outboxMutants: readonly StoreMutant[] = [
  {
    name: 'rows count as sent as soon as they were read',
    killedBy: 'OBX-12',
    finding: 'rows of a page of',
    mutate: () => marksWhatItReads(),
  },
  {
    name: 'a reader goes on behind the highest id that it has seen',
    killedBy: 'OBX-5',
    finding: 'rows after the late commit',
    mutate: () => readsBehindCursor(),
  },
  {
    name: 'rows are written outside of the transaction',
    killedBy: 'OBX-4',
    finding: 'rows before their commit',
    mutate: () => transacting((_, store) => ({ enqueue: (drafts) => store.transaction((own) => own.enqueue(drafts)) })),
  },
  {
    name: 'the id of a row is its number',
    killedBy: 'OBX-1',
    finding: 'the numbers of the rows',
    mutate: () => rowsInstead((row) => ({ ...row, sequence: row.key === undefined ? undefined : row.rowId })),
  },
  {
    name: 'messages without a key are numbered as well',
    killedBy: 'OBX-3',
    finding: 'the numbers without a key',
    mutate: () => rowsInstead((row) => ({ ...row, sequence: row.sequence ?? 1 })),
  },
  {
    name: 'bodies are kept as text',
    killedBy: 'OBX-11',
    finding: 'the body',
    mutate: () =>
      rowsInstead((row) => ({ ...row, body: new TextEncoder().encode(new TextDecoder().decode(row.body)) })),
  },
  {
    name: 'lone surrogates in headers are replaced',
    killedBy: 'OBX-11',
    finding: 'the headers',
    mutate: () =>
      rowsInstead((row) => ({
        ...row,
        headers: Object.fromEntries(Object.entries(row.headers).map(([name, value]) => [name, value.toWellFormed()])),
      })),
  },
  {
    name: 'blocked keys are read',
    killedBy: 'OBX-7',
    finding: 'rows beside the blocked key',
    mutate: () => readsInstead(async (store, query) => (await store.readOutbox({ ...query, blocked: [] })).rows),
  },
  {
    name: 'a page is filled first and rid of blocked keys then',
    killedBy: 'OBX-17',
    finding: 'rows behind the blocked ones',
    mutate: () =>
      readsInstead(async (store, query) => {
        const { rows } = await store.readOutbox({ ...query, blocked: [] });
        return rows.filter((row) => !query.blocked.some(({ key }) => key === row.key));
      }),
  },
  {
    name: 'rows under way are read again',
    killedBy: 'OBX-18',
    finding: 'rows behind those under way',
    mutate: () => readsInstead(async (store, query) => (await store.readOutbox({ ...query, underWay: [] })).rows),
  },
  {
    name: 'a page is filled first and rid of rows under way then',
    killedBy: 'OBX-18',
    finding: 'rows of a full page',
    mutate: () =>
      readsInstead(async (store, { underWay = [], ...query }) => {
        const { rows } = await store.readOutbox(query);
        return rows.filter(({ rowId }) => !underWay.includes(rowId));
      }),
  },
  {
    name: 'keys with rows under way are left out',
    killedBy: 'OBX-18',
    finding: 'rows of a full page',
    mutate: () =>
      readsInstead(async (store, { underWay = [], ...query }) => {
        const { rows } = await store.readOutbox({ ...query, limit: 1000 });
        const busy = new Set(rows.filter(({ rowId }) => underWay.includes(rowId)).map(({ key }) => key));
        return rows.filter(({ key }) => !busy.has(key)).slice(0, query.limit);
      }),
  },
  {
    name: 'pages have no end but their number of rows',
    killedBy: 'OBX-19',
    finding: 'rows and end of a page of 999 bytes',
    mutate: () =>
      readsInstead(async (store, { buckets, blocked, blockedChannels, limit }) => {
        const { rows } = await store.readOutbox({ buckets, blocked, blockedChannels, limit });
        return rows;
      }),
  },
  {
    name: 'keys that wait behind a letter of the outbox are read',
    killedBy: 'OBX-9',
    finding: 'rows beside the parked key',
    mutate: () =>
      lettersInstead((change) =>
        change.change === 'put' && change.letter.subscription === 'outbox' ? { ...change, parksKey: false } : change,
      ),
  },
  {
    name: 'rows come in the order of their buckets',
    killedBy: 'OBX-10',
    finding: 'the ids in the order of the page',
    mutate: () =>
      readsInstead(async (store, query) =>
        (await store.readOutbox(query)).rows.toSorted((left, right) => left.bucket - right.bucket),
      ),
  },
  {
    name: 'every relay is given every bucket',
    killedBy: 'REL-1',
    finding: 'leases of the second relay',
    mutate: () => leasesInstead((store, request) => store.leaseBuckets({ ...request, owner: 'all' })),
  },
  {
    name: 'the token of a bucket never changes',
    killedBy: 'REL-2',
    finding: 'the tokens of four owners',
    mutate: () =>
      leasesInstead(async (store, request) => {
        const grant = await store.leaseBuckets(request);
        return { ...grant, leases: grant.leases.map((lease) => ({ ...lease, token: 1 })) };
      }),
  },
  {
    name: 'a lease lasts for ever',
    killedBy: 'REL-4',
    finding: 'buckets of the successor',
    mutate: () => leasesInstead((store, request) => store.leaseBuckets({ ...request, leaseMs: 3_600_000 })),
  },
  {
    name: 'nothing is given up beyond the share',
    killedBy: 'REL-3',
    finding: 'what is kept',
    mutate: () =>
      leasesInstead((store, request) =>
        store.leaseBuckets({ ...request, bucketsMax: store.capabilities.outbox.buckets }),
      ),
  },
  {
    name: 'whoever held a bucket once may delete its rows',
    killedBy: 'REL-5',
    finding: 'rows deleted under a stale token',
    mutate: () => deletesForAnybody(),
  },
  {
    name: 'a deletion answers how many rows it was asked for',
    killedBy: 'REL-6',
    finding: 'rows of a deletion that overlaps',
    mutate: () => (store) => ({
      ...store,
      deleteOutbox: async (deletion) => {
        await store.deleteOutbox(deletion);
        return deletion.rowIds.length;
      },
    }),
  },
];

function leasesInstead(
  lease: (store: StoreDriver, request: Parameters<StoreDriver['leaseBuckets']>[0]) => Promise<BucketGrant>,
): ChangeStore {
  return (store) => ({ ...store, leaseBuckets: (request) => lease(store, request) });
}

function marksWhatItReads(): ChangeStore {
  const sent = new Set<number>();
  return readsInstead(async (store, query) => {
    const { rows } = await store.readOutbox(query);
    const fresh = rows.filter(({ rowId }) => !sent.has(rowId));
    for (const { rowId } of fresh) sent.add(rowId);
    return fresh;
  });
}

function readsBehindCursor(): ChangeStore {
  const seen = new Set<number>();
  let cursor = 0;
  return readsInstead(async (store, query) => {
    const { rows } = await store.readOutbox(query);
    const found = rows.filter(({ rowId }) => rowId > cursor || seen.has(rowId));
    for (const { rowId } of found) seen.add(rowId);
    cursor = Math.max(cursor, ...seen);
    return found;
  });
}

function deletesForAnybody(): ChangeStore {
  const tokens = new Map<number, number>();
  const current = ({ bucket, token }: BucketLease): BucketLease => ({ bucket, token: tokens.get(bucket) ?? token });
  return (store) => ({
    ...store,
    leaseBuckets: async (request) => {
      const grant = await store.leaseBuckets(request);
      for (const { bucket, token } of grant.leases) tokens.set(bucket, token);
      return grant;
    },
    deleteOutbox: ({ rowIds, leases }) => store.deleteOutbox({ rowIds, leases: leases.map(current) }),
  });
}
