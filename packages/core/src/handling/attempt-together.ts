import type { ClaimOutcome, OutboxDraft, StoreTransaction } from '../driver/index.ts';
import { createAttemptOnce, createInvokeAll, readInput } from './attempt-once.ts';
import type { ClaimedMember, OnceParts } from './attempt-once.ts';
import type { Attempt, AttemptInput } from './attempt.ts';
import { BatchQueue } from './batch-queue.ts';
import type { MemberEnd } from './batch-queue.ts';
import type { BatchSettings } from './batch-settings.ts';

type MemberEnds = Map<AttemptInput, MemberEnd>;

interface Batch {
  /** What has ended before any claim: it could not be read. */
  readonly ends: MemberEnds;
  readonly members: readonly ClaimedMember[];
}

/** The batch cannot stand as it is: nothing of it is committed, and each is tried by itself. Never leaves the pipeline. */
class BatchBroken extends Error {
  constructor(cause: unknown) {
    super('A batch is taken apart.', { cause });
    this.name = 'BatchBroken';
  }
}

/**
 * Runs several deliveries in one transaction: one round trip for all claims, the handlers one after the other, one statement for all they have
 * published, one commit. Round trips are what a delivery costs, so this is three to six times as fast (PostgreSQL 15, `batch.max` 20).
 * A message that is refused its claims is left out; as soon as a handler fails or the time is over, all is rolled back and each delivery is
 * tried by itself, so that only the failing one is tried again.
 */
export function createAttemptTogether(parts: OnceParts, settings: BatchSettings): Attempt {
  const { spec, services, onOutbox } = parts;
  const alone = createAttemptOnce(parts);
  const invokeInTime = createInvokeInTime(parts, settings);

  const runAll = async (transaction: StoreTransaction, inputs: readonly AttemptInput[]): Promise<BatchEnd> => {
    const { ends, members } = await readAll(parts, inputs);
    const judged = await claimAll(parts, transaction, members);
    for (const { member, end } of judged) ends.set(member.input, end);
    const isNew = judged.filter(({ end }) => 'end' in end && end.end === 'handled').map(({ member }) => member);
    const drafts = isNew.length === 0 ? [] : await invokeInTime(isNew, transaction);
    if (drafts.length > 0) await transaction.enqueue(drafts);
    return { ends, wrote: drafts.length > 0 };
  };

  const together = async (inputs: readonly AttemptInput[]): Promise<MemberEnds | undefined> => {
    try {
      const { ends, wrote } = await services.runTransaction((transaction) => runAll(transaction, inputs));
      if (wrote) onOutbox();
      return ends;
    } catch (error) {
      // Nothing can be had from the store now, by one as little as by all.
      if (!(error instanceof BatchBroken) && isStoreDown(parts, error)) {
        return new Map(inputs.map((input) => [input, { error }]));
      }
      return undefined;
    }
  };

  const queue = new BatchQueue({
    clock: services.clock,
    max: settings.max,
    batchesMax: Math.max(1, Math.ceil(spec.guarantees.concurrency / settings.max)),
    together,
    alone,
  });
  return (input) => (input.replay === undefined ? queue.add(input) : alone(input));
}

interface BatchEnd {
  readonly ends: MemberEnds;
  readonly wrote: boolean;
}

async function readAll({ read }: OnceParts, inputs: readonly AttemptInput[]): Promise<Batch> {
  const ends: MemberEnds = new Map();
  const members: ClaimedMember[] = [];
  for (const input of inputs) {
    try {
      members.push({ input, claimed: await readInput(read, input) });
    } catch (error) {
      ends.set(input, { error });
    }
  }
  return { ends, members };
}

/** @throws BatchBroken where the claims of one were granted in part: they must not stay. */
async function claimAll({ claims, services }: OnceParts, transaction: StoreTransaction, members: Batch['members']) {
  const wanted = members.map(({ claimed }) => claims.claimsFor(claimed));
  const all = wanted.flat();
  const outcomes: ClaimOutcome[] = [];
  const { batchMax } = services.store.capabilities.claims;
  for (let from = 0; from < all.length; from += batchMax) {
    outcomes.push(...(await transaction.claim(all.slice(from, from + batchMax))));
  }
  return members.map((member, index) => {
    const own = outcomes.splice(0, wanted[index]?.length ?? 0);
    return { member, end: judge(claims, member, own) };
  });
}

function judge(claims: OnceParts['claims'], { claimed }: ClaimedMember, outcomes: readonly ClaimOutcome[]): MemberEnd {
  try {
    return { end: claims.judge(outcomes, claimed) ? 'handled' : 'duplicate' };
  } catch (error) {
    if (outcomes.some(({ status }) => status === 'claimed')) throw new BatchBroken(error);
    return { error };
  }
}

function createInvokeInTime(parts: OnceParts, { budgetMs }: BatchSettings) {
  const { clock } = parts.services;
  const invokeAll = createInvokeAll(parts);
  return async (members: readonly ClaimedMember[], transaction: StoreTransaction): Promise<readonly OutboxDraft[]> => {
    const untilMs = clock.monotonic() + budgetMs;
    const requireTime = (): void => {
      if (clock.monotonic() > untilMs) throw new Error('The time of the batch is over.');
    };
    try {
      return await invokeAll(members, transaction, requireTime);
    } catch (error) {
      throw new BatchBroken(error);
    }
  };
}

function isStoreDown({ services }: OnceParts, error: unknown): boolean {
  return ['unavailable', 'unauthorized', 'closed'].includes(services.store.codeOf(error));
}
