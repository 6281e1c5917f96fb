import type { OutboxDraft } from '@waybill/core/driver';
import { allBuckets } from '../stage/outbox.ts';
import { readsInstead, rowsInstead, transacting } from './change-store.ts';
import type { ChangeStore, StoreMutant } from './store-mutant.ts';

/** What a store can do wrong with messages that it keeps back. */
export const schedulingMutants: readonly StoreMutant[] = [
  {
    name: 'a scheduled message is written to the outbox at once',
    killedBy: 'SCH-1',
    finding: 'rows before their time',
    mutate: () => draftsInstead((draft) => ({ ...draft, delayMs: 0, delayedBy: 'broker' })),
  },
  {
    name: 'a scheduled message is never due',
    killedBy: 'SCH-1',
    finding: 'rows after the time of one of two',
    mutate: () => draftsInstead((draft) => ({ ...draft, delayMs: draft.delayMs + 3_600_000 })),
  },
  {
    name: 'what is scheduled is committed by itself',
    killedBy: 'SCH-2',
    finding: 'rows before the commit of their transaction',
    mutate: () => transacting((_, store) => ({ enqueue: (drafts) => store.transaction((own) => own.enqueue(drafts)) })),
  },
  {
    name: 'what is scheduled is kept outside of the store until the commit, and lost',
    killedBy: 'SCH-2',
    finding: 'rows of a commit and of a rollback',
    mutate: () =>
      transacting(({ enqueue }) => ({ enqueue: (drafts) => enqueue(drafts.filter((draft) => !isScheduled(draft))) })),
  },
  {
    name: 'each of several relays moves what is due',
    killedBy: 'SCH-3',
    finding: 'rows of all that was due, each once',
    mutate: () => movesForEveryRelay(),
  },
  {
    name: 'a scheduled message is numbered when it is written',
    killedBy: 'SCH-4',
    finding: 'the numbers of what goes before',
    mutate: () => numbersAtOnce(),
  },
  {
    name: 'messages are due in the order of their writing',
    killedBy: 'SCH-5',
    finding: 'the numbers in the order of their times',
    mutate: () => draftsInstead((draft) => ({ ...draft, delayMs: Math.min(draft.delayMs, 1) })),
  },
  {
    name: 'nobody is told when the next is due',
    killedBy: 'SCH-6',
    finding: 'the next is due in an hour',
    mutate: () => readsInstead(async (store, query) => (await store.readOutbox(query)).rows),
  },
  {
    name: 'a read moves what is due in every bucket',
    killedBy: 'SCH-7',
    finding: 'rows moved and rows left',
    mutate: () => movesEverywhere(),
  },
  {
    name: 'scheduled messages count as rows of the outbox',
    killedBy: 'SCH-8',
    finding: 'what is counted before',
    mutate: () => (store) => ({
      ...store,
      inspect: async () => {
        const found = await store.inspect();
        return { ...found, outboxRows: found.outboxRows + found.scheduledRows, scheduledRows: 0 };
      },
    }),
  },
  {
    name: 'a message that was scheduled asks the broker for its delay as well',
    killedBy: 'SCH-9',
    finding: 'the delay that is left',
    mutate: () => rowsInstead((row) => ({ ...row, delayMs: 1 })),
  },
  {
    name: 'what is scheduled lives in the process that wrote it',
    killedBy: 'SCH-10',
    finding: 'rows of another store',
    mutate: () => forgetsWithItsStore(),
  },
];

const isScheduled = ({ delayedBy }: OutboxDraft): boolean => delayedBy === 'store';

function draftsInstead(alter: (draft: OutboxDraft) => OutboxDraft): ChangeStore {
  return transacting(({ enqueue }) => ({
    enqueue: (drafts) => enqueue(drafts.map((draft) => (isScheduled(draft) ? alter(draft) : draft))),
  }));
}

/** As if the message were another one for the second relay. */
function movesForEveryRelay(): ChangeStore {
  return transacting(({ enqueue }) => ({
    enqueue: (drafts) => enqueue([...drafts, ...drafts.filter(isScheduled)]),
  }));
}

/** Its row is in the outbox from the start, with its number, and is only not shown to the first read. */
function numbersAtOnce(): ChangeStore {
  const hidden = new Set<string>();
  return (store) => ({
    ...transacting(({ enqueue }) => ({
      enqueue: (drafts) => {
        for (const { id } of drafts.filter(isScheduled)) hidden.add(id);
        return enqueue(drafts.map((draft) => ({ ...draft, delayMs: 0, delayedBy: 'broker' })));
      },
    }))(store),
    readOutbox: async (query) => {
      const page = await store.readOutbox(query);
      const rows = page.rows.filter(({ id }) => !hidden.has(id));
      hidden.clear();
      return { ...page, rows };
    },
  });
}

function movesEverywhere(): ChangeStore {
  return readsInstead(async (store, query) => {
    await store.readOutbox({ ...query, buckets: allBuckets(store), limit: 1 });
    return (await store.readOutbox(query)).rows;
  });
}

/** Every store keeps its own, and schedules it in the database when it is asked for its rows. */
function forgetsWithItsStore(): ChangeStore {
  return (store) => {
    const kept: OutboxDraft[] = [];
    const opened = transacting(({ enqueue }) => ({
      enqueue: (drafts) => {
        kept.push(...drafts.filter(isScheduled));
        return enqueue(drafts.filter((draft) => !isScheduled(draft)));
      },
    }))(store);
    return {
      ...opened,
      readOutbox: async (query) => {
        await store.transaction(({ enqueue }) => enqueue(kept.splice(0)));
        return store.readOutbox(query);
      },
    };
  };
}
