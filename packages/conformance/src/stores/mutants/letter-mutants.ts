import { lettersInstead, transacting } from './change-store.ts';
import type { ChangeStore, StoreMutant } from './store-mutant.ts';

/** What a store can do wrong with dead letters and with the ends of transactions. */
export const letterMutants: readonly StoreMutant[] = [
  {
    name: 'a letter that is put again is another one',
    killedBy: 'DLQ-2',
    finding: 'the letters put twice',
    mutate: () => {
      let puts = 0;
      return lettersInstead((change) => {
        if (change.change !== 'put') return change;
        puts += 1;
        return puts === 1 ? change : { ...change, letter: { ...change.letter, id: `${change.letter.id}/${puts}` } };
      });
    },
  },
  {
    name: 'a letter that is gone may be removed again',
    killedBy: 'DLQ-3',
    finding: 'the code of the second removal',
    mutate: () =>
      transacting(({ changeDeadLetters }) => ({
        changeDeadLetters: (changes) => changeDeadLetters(changes).catch(() => undefined),
      })),
  },
  {
    name: 'a key is free with the first of its letters',
    killedBy: 'KEY-2',
    finding: 'the key with one letter left',
    mutate: () => {
      let isParked = false;
      return lettersInstead((change) => {
        if (change.change !== 'put') return change;
        const parksKey = change.parksKey && !isParked;
        isParked = true;
        return { ...change, parksKey };
      });
    },
  },
  {
    name: 'letters without a need park their key all the same',
    killedBy: 'KEY-5',
    finding: 'the key of a letter that parks nothing',
    mutate: () => lettersInstead((change) => (change.change === 'put' ? { ...change, parksKey: true } : change)),
  },
  {
    name: 'positions are given before the commit',
    killedBy: 'DLQ-6',
    finding: 'letters that a reader who goes on finds',
    mutate: () => positionsByPut(),
  },
  {
    name: 'a page leaves out the letter behind it',
    killedBy: 'DLQ-7',
    finding: 'letters in pages of 1',
    mutate: () => (store) => ({
      ...store,
      readDeadLetters: async (query) => {
        const page = await store.readDeadLetters(query);
        return { ...page, next: page.next === undefined ? undefined : page.next + 1 };
      },
    }),
  },
  {
    name: 'a row stays in the outbox beside its letter',
    killedBy: 'DLQ-10',
    finding: 'the code for a row that is gone',
    mutate: () =>
      lettersInstead((change) => (change.change === 'put' ? { ...change, outboxRowId: undefined } : change)),
  },
  {
    name: 'replays are counted on a new letter',
    killedBy: 'DLQ-5',
    finding: 'the replays that are counted',
    mutate: () =>
      transacting(({ changeDeadLetters }) => ({
        changeDeadLetters: (changes) => changeDeadLetters(changes.filter(({ change }) => change !== 'count-replay')),
      })),
  },
  {
    name: 'a commit that failed is called a success',
    killedBy: 'TXN-5',
    finding: 'transactions that committed the move',
    mutate: () => confirmsAnyway(),
  },
  {
    name: 'a lost race is an unknown error',
    killedBy: 'TXN-5',
    finding: 'the code of the one that lost',
    mutate: () => (store) => ({
      ...store,
      codeOf: (error) => (store.codeOf(error) === 'write-conflict' ? 'unknown' : store.codeOf(error)),
    }),
  },
  {
    name: 'what is done after the end of a transaction is silently nothing',
    killedBy: 'TXN-4',
    finding: 'the code of enqueue after commit',
    mutate: () => transacting(({ enqueue }) => ({ enqueue: (drafts) => enqueue(drafts).catch(() => undefined) })),
  },
  {
    name: 'errors of the work come out wrapped',
    killedBy: 'TXN-3',
    finding: 'the error that came out is',
    mutate: () => (store) => ({
      ...store,
      transaction: (work) =>
        store.transaction(work).catch((error: unknown) => {
          throw new Error('The transaction failed.', { cause: error });
        }),
    }),
  },
  {
    name: 'close does not wait',
    killedBy: 'TXN-7',
    finding: 'close did not wait for the transaction',
    mutate: () => (store) => ({
      ...store,
      close: async () => {
        store.close().catch(() => undefined);
      },
    }),
  },
  {
    name: 'letters stay when their transaction is rolled back',
    killedBy: 'TXN-1',
    finding: 'the claims after a rollback',
    mutate: () =>
      transacting((_, store) => ({
        changeDeadLetters: (changes) => store.transaction((own) => own.changeDeadLetters(changes)),
      })),
  },
];

/** Numbers letters when they are put, as a sequence of a database does, and pages by that. */
function positionsByPut(): ChangeStore {
  const positions = new Map<string, number>();
  return (store) => {
    const numbered = transacting(({ changeDeadLetters }) => ({
      changeDeadLetters: async (changes) => {
        for (const change of changes) {
          if (change.change === 'put') positions.set(change.letter.id, positions.size + 1);
        }
        await changeDeadLetters(changes);
      },
    }))(store);
    return {
      ...numbered,
      readDeadLetters: async ({ after, ...query }) => {
        const { letters } = await store.readDeadLetters({ ...query, after: 0 });
        const all = letters.map((letter) => ({ ...letter, position: positions.get(letter.id) ?? letter.position }));
        const due = all.filter(({ position }) => position > after);
        return { letters: due.toSorted((left, right) => left.position - right.position), next: undefined };
      },
    };
  };
}

function confirmsAnyway(): ChangeStore {
  return (store) => ({
    ...store,
    transaction: async <Result>(work: Parameters<typeof store.transaction<Result>>[0]) => {
      const results: Result[] = [];
      try {
        return await store.transaction(async (transaction) => {
          const result = await work(transaction);
          results.push(result);
          return result;
        });
      } catch (error) {
        const [result] = results;
        if (result === undefined) throw error;
        return result;
      }
    },
  });
}
