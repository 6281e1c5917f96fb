import type {
  BucketGrant,
  BucketLease,
  BucketRequest,
  OutboxDraft,
  OutboxPage,
  OutboxQuery,
  OutboxRow,
  StoreInspection,
} from '@waybill/core/driver';
import { createDeleteOutbox } from '../outbox/delete-outbox.ts';
import { createEnqueueDrafts } from '../outbox/enqueue-drafts.ts';
import { createInspectStore } from '../outbox/inspect-store.ts';
import { createLeaseBuckets } from '../outbox/lease-buckets.ts';
import { createMoveDue } from '../outbox/move-due.ts';
import { createOutboxMap } from '../outbox/outbox-map.ts';
import { createReadOutbox } from '../outbox/read-outbox.ts';
import { createScheduleDrafts } from '../outbox/schedule-drafts.ts';
import { migrate } from '../schema/migrate.ts';
import { quoteSchema } from '../schema/quote-schema.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';

/** The outbox by itself, in a schema of its own. */
export interface TestOutbox {
  /** Quoted. */
  readonly schema: string;
  readonly enqueueIn: (query: SqlQuery, ...drafts: readonly OutboxDraft[]) => Promise<void>;
  readonly enqueue: (...drafts: readonly OutboxDraft[]) => Promise<void>;
  readonly read: (query?: Partial<OutboxQuery>) => Promise<readonly OutboxRow[]>;
  /** With what it says of the next time. */
  readonly readPage: (query?: Partial<OutboxQuery>) => Promise<OutboxPage>;
  readonly lease: (request: Partial<BucketRequest>) => Promise<BucketGrant>;
  readonly remove: (rowIds: readonly number[], leases: readonly BucketLease[]) => Promise<number>;
  readonly inspect: () => Promise<StoreInspection>;
}

export interface TestOutboxOptions {
  readonly name: string;
  /** Instead of the database's own, for all but `enqueue`. */
  readonly query?: SqlQuery;
  readonly surveyEvery?: number;
  readonly chunkRows?: number;
  /** How long a move of what is due waits for a counter. */
  readonly lockTimeoutMs?: number;
}

const testBuckets = 64;

export const everyBucket: readonly number[] = Array.from({ length: testBuckets }, (_, bucket) => bucket);

export async function openTestOutbox(database: Database, options: TestOutboxOptions): Promise<TestOutbox> {
  const { name, query = database.query, surveyEvery = 16, chunkRows = 500, lockTimeoutMs = 250 } = options;
  await migrate(database, { schema: name, buckets: testBuckets });
  const schema = quoteSchema(name);
  const map = createOutboxMap({ schema, surveyEvery, chunkRows });
  const epoch = `'e1'`;
  const writing = { schema, buckets: testBuckets, epoch };
  const enqueueDrafts = createScheduleDrafts(writing, createEnqueueDrafts(writing));
  const readOutbox = createReadOutbox({ schema, epoch, map, moveDue: createMoveDue({ schema, epoch, lockTimeoutMs }) });
  const leaseBuckets = createLeaseBuckets({ schema });
  const deleteOutbox = createDeleteOutbox({ schema });
  const inspectStore = createInspectStore({ schema, buckets: testBuckets, map });
  const everything: OutboxQuery = { buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 };
  return {
    schema,
    enqueueIn: (transaction, ...drafts) => enqueueDrafts(transaction, drafts),
    enqueue: (...drafts) => database.transaction((transaction) => enqueueDrafts(transaction.query, drafts)),
    read: async (asked) => (await readOutbox(query, { ...everything, ...asked })).rows,
    readPage: (asked) => readOutbox(query, { ...everything, ...asked }),
    lease: (request) => leaseBuckets(query, { owner: 'one', leaseMs: 60_000, bucketsMax: testBuckets, ...request }),
    remove: (rowIds, leases) => deleteOutbox(query, { rowIds, leases }),
    inspect: () => inspectStore(query),
  };
}

export const testDraft = (id: string, key: string | undefined = id.charAt(0), channel = 'orders'): OutboxDraft => ({
  address: { kind: 'event', channel },
  id,
  key,
  deduplicationKey: id,
  headers: { 'ce-type': channel },
  body: new TextEncoder().encode(id),
  delayMs: 0,
});

export const idsOf = (rows: readonly OutboxRow[]): readonly string[] => rows.map(({ id }) => id);
