import type { Claim, Clock, Random, StoreDriver, StoreErrorCode, StoreTransaction } from '../driver/index.ts';
import type { BoundaryWatch } from './boundary-watch.ts';
import { callWithFate, createFates, InjectedFault } from './fault-rates.ts';
import type { DrawFate, Fate, FaultRates } from './fault-rates.ts';
import type { ProcessGate } from './process-gate.ts';

export interface FaultyStoreOptions {
  readonly gate: ProcessGate;
  readonly boundaries: BoundaryWatch;
  /** Scopes that producers claim under, such as `POST /checkouts`; any other makes a transaction the consumer's. */
  readonly producerScopes?: readonly string[];
  /** Holds each transaction open for so long after its last statement: a late commit. */
  readonly lateCommit?: { readonly clock: Clock; readonly delayMs: () => number };
  readonly chance?: { readonly random: Random; readonly rates: FaultRates };
}

/**
 * Any store, seen from one simulated process: dies at the boundaries P2–P5, R1, R4, R5 and C2–C5 (`crashBoundaryPlaces`), commits
 * late, loses requests and replies by seeded chance. A transaction that its process leaves behind is rolled back, as a server does
 * when the connection goes.
 */
export function faultyStore<Native>(store: StoreDriver<Native>, options: FaultyStoreOptions): StoreDriver<Native> {
  const { gate, boundaries, chance } = options;
  const draw: DrawFate = chance === undefined ? () => 'passes' : createFates(chance.random, chance.rates);
  const call = <Result>(work: () => Promise<Result>): Promise<Result> => gate.pass(() => callWithFate(draw(), work));

  return {
    ...store,
    transaction: (work) => gate.pass(() => runTransaction(store, options, draw(), work)),
    leaseBuckets: (request) => call(() => store.leaseBuckets(request)),
    readOutbox: (query) =>
      call(async () => {
        const page = await store.readOutbox(query);
        if (page.rows.length > 0) await boundaries.reach('R1');
        return page;
      }),
    deleteOutbox: (deletion) =>
      call(async () => {
        await boundaries.reach('R4');
        const count = await store.deleteOutbox(deletion);
        await boundaries.reach('R5');
        return count;
      }),
    readDeadLetters: (query) => call(() => store.readDeadLetters(query)),
    inspect: () => gate.pass(() => store.inspect()),
    codeOf: (error) => (isStoreFault(error) ? error.code : store.codeOf(error)),
    close: () => gate.pass(() => store.close()),
  };
}

/** Injected by this store, hence with one of its codes. */
const isStoreFault = (error: unknown): error is InjectedFault<StoreErrorCode> => error instanceof InjectedFault;

/** Whose transaction it is, as far as its statements have shown. */
interface Course {
  role: 'open' | 'producer' | 'consumer';
}

async function runTransaction<Native, Result>(
  store: StoreDriver<Native>,
  options: FaultyStoreOptions,
  fate: Fate,
  work: (transaction: StoreTransaction<Native>) => Promise<Result>,
): Promise<Result> {
  const { gate, boundaries, lateCommit } = options;
  if (fate === 'refused') throw new InjectedFault('unavailable');
  const course: Course = { role: 'open' };
  const statements = async (transaction: StoreTransaction<Native>): Promise<Result> => {
    const result = await work(watchTransaction(transaction, options, course));
    if (course.role === 'producer') await boundaries.reach('P3');
    if (course.role === 'consumer') await boundaries.reach('C4');
    return result;
  };
  const result = await store.transaction(async (transaction) => {
    const done = await gate.bound(statements(transaction));
    // From here on the commit is on its way, whatever becomes of the process.
    if (fate === 'request-lost') throw new InjectedFault('commit-unknown');
    await lateCommit?.clock.sleep(lateCommit.delayMs());
    return done;
  });
  if (course.role === 'producer') await boundaries.reach('P4');
  if (course.role === 'consumer') await boundaries.reach('C5');
  if (fate === 'reply-lost') throw new InjectedFault('commit-unknown');
  return result;
}

function watchTransaction<Native>(
  transaction: StoreTransaction<Native>,
  { gate, boundaries, producerScopes = [] }: FaultyStoreOptions,
  course: Course,
): StoreTransaction<Native> {
  const isConsumers = ({ kind, scope }: Claim): boolean => kind !== 'open-key' && !producerScopes.includes(scope);
  return {
    native: transaction.native,
    claim: (claims) =>
      gate.pass(async () => {
        if (!claims.some(isConsumers)) return transaction.claim(claims);
        course.role = 'consumer';
        await boundaries.reach('C2');
        const outcomes = await transaction.claim(claims);
        await boundaries.reach('C3');
        return outcomes;
      }),
    complete: (completions) => gate.pass(() => transaction.complete(completions)),
    enqueue: (drafts) =>
      gate.pass(async () => {
        if (course.role === 'consumer') return transaction.enqueue(drafts);
        course.role = 'producer';
        await boundaries.reach('P2');
        return transaction.enqueue(drafts);
      }),
    changeDeadLetters: (changes) => gate.pass(() => transaction.changeDeadLetters(changes)),
  };
}
