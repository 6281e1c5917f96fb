import type {
  BucketLease,
  DeadLetterDraft,
  DeadLetterQuery,
  DeadLetterRecord,
  OutboxDraft,
  OutboxPage,
  OutboxQuery,
  OutboxRow,
  StoreDriver,
} from '@waybill/core/driver';

export const enqueue = (store: StoreDriver, ...drafts: readonly OutboxDraft[]): Promise<void> =>
  store.transaction((transaction) => transaction.enqueue(drafts));

export const allBuckets = ({ capabilities }: StoreDriver): readonly number[] =>
  Array.from({ length: capabilities.outbox.buckets }, (_, bucket) => bucket);

/** What a relay that holds all buckets is given. */
export async function readPage(store: StoreDriver, query: Partial<OutboxQuery> = {}): Promise<OutboxPage> {
  const limit = Math.min(1000, store.capabilities.outbox.readMax);
  const everything = { buckets: allBuckets(store), blocked: [], blockedChannels: [], limit };
  return store.readOutbox({ ...everything, ...query });
}

export const readRows = async (store: StoreDriver, query: Partial<OutboxQuery> = {}): Promise<readonly OutboxRow[]> =>
  (await readPage(store, query)).rows;

export async function leaseAll(
  store: StoreDriver,
  owner: string,
  leaseMs: number,
  bucketsMax: number = store.capabilities.outbox.buckets,
): Promise<readonly BucketLease[]> {
  return (await store.leaseBuckets({ owner, leaseMs, bucketsMax })).leases;
}

export const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id);

/** Sorted: a store promises an order of the rows of one key, and none between keys. */
export const sortedIdsOf = (rows: readonly { readonly id: string }[]): readonly string[] => idsOf(rows).toSorted();

/** Id and number of each, sorted by id. */
export const numbersOf = (rows: readonly OutboxRow[]): readonly (readonly [string, number | undefined])[] =>
  rows.toSorted((left, right) => (left.id < right.id ? -1 : 1)).map(({ id, sequence }) => [id, sequence] as const);

export interface PutOptions {
  /** Default true. */
  readonly parksKey?: boolean;
  readonly outboxRowId?: number;
}

export const putLetter = (
  store: StoreDriver,
  letter: DeadLetterDraft,
  { parksKey = true, outboxRowId }: PutOptions = {},
): Promise<void> =>
  store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'put', letter, parksKey, outboxRowId }]));

export const removeLetter = (store: StoreDriver, id: string): Promise<void> =>
  store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'remove', id }]));

/** One page of letters, all of them where nothing else is said. */
export const readLetters = async (
  store: StoreDriver,
  query: Partial<DeadLetterQuery> = {},
): Promise<readonly DeadLetterRecord[]> => {
  const limit = Math.min(1000, store.capabilities.deadLetters.pageMax);
  const everything = { subscription: undefined, key: undefined, ids: undefined, after: 0, limit };
  return (await store.readDeadLetters({ ...everything, ...query })).letters;
};
