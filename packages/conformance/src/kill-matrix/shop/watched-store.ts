import type { StoreDriver, StoreTransaction } from '@waybill/core/driver';
import type { Statements, StrikePoint } from './strike-point.ts';

/** Whose transaction it is, as far as its statements have shown. */
interface Course {
  role: 'open' | 'producer' | 'consumer' | 'letter' | 'replay';
}

/** The store of a shop, which passes the boundaries P2–P4, R1, R4, R5, C2–C5, D1, D2 and Y1–Y3. Writes down whose letters were put. */
export function watchStore<Native extends Statements>(
  store: StoreDriver<Native>,
  { reach }: StrikePoint,
  letters: Set<string>,
): StoreDriver<Native> {
  const commit = async ({ role }: Course, native: Native): Promise<void> => {
    if (role === 'producer') await reach('P3', native);
    if (role === 'producer') await reach('P4', native);
    if (role === 'consumer') await reach('C4', native);
    if (role === 'consumer') await reach('C5', native);
    if (role === 'letter') await reach('D2', native);
    if (role === 'replay') await reach('Y3', native);
  };
  const watch = (transaction: StoreTransaction<Native>, course: Course): StoreTransaction<Native> => ({
    native: transaction.native,
    complete: (completions) => transaction.complete(completions),
    claim: async (claims) => {
      if (course.role === 'open') course.role = 'consumer';
      await reach('C2', transaction.native);
      const outcomes = await transaction.claim(claims);
      await reach('C3', transaction.native);
      return outcomes;
    },
    enqueue: async (drafts) => {
      if (course.role === 'open') course.role = 'producer';
      if (course.role === 'producer') await reach('P2', transaction.native);
      await transaction.enqueue(drafts);
    },
    changeDeadLetters: async (changes) => {
      if (changes.some(({ change }) => change === 'put')) {
        course.role = 'letter';
        await reach('D1', transaction.native);
      }
      if (changes.some(({ change }) => change === 'remove')) {
        course.role = 'replay';
        await reach('Y2', transaction.native);
      }
      for (const change of changes) if (change.change === 'put') letters.add(change.letter.messageId);
      await transaction.changeDeadLetters(changes);
    },
  });
  return {
    ...store,
    transaction: (work) =>
      store.transaction(async (transaction) => {
        const course: Course = { role: 'open' };
        const result = await work(watch(transaction, course));
        await commit(course, transaction.native);
        return result;
      }),
    readOutbox: async (query) => {
      const page = await store.readOutbox(query);
      if (page.rows.length > 0) await reach('R1');
      return page;
    },
    deleteOutbox: async (deletion) => {
      await reach('R4');
      await reach('R5');
      return store.deleteOutbox(deletion);
    },
    readDeadLetters: async (query) => {
      const page = await store.readDeadLetters(query);
      if (page.letters.length > 0) await reach('Y1');
      return page;
    },
  };
}
