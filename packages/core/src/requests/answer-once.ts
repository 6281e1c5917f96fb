import type { TransactionContext } from '../bus/bus.ts';
import type { IdentityClaim } from '../driver/index.ts';
import { isBusError } from '../errors/bus-error.ts';
import { fingerprint } from '../fingerprint/fingerprint.ts';
import { systemNewId } from '../time/system-chance.ts';
import { checkOnceOptions } from './answer-once-options.ts';
import type { OnceAnswer, OnceAroundCall, OnceInTransaction, OnceRequest } from './answer-once-options.ts';

/**
 * Answers a request once: its effect happens once, and whoever repeats it gets the answer of the first, byte for byte. Over any protocol;
 * for HTTP `in-progress` is 409 with `Retry-After`, and `conflict` is 422.
 *
 * Without `call` everything is one transaction, and a copy at the same time waits for it. With `call` there are two short ones, and none is
 * held while it is awaited: the first marks the request as in progress for `leaseMs`, the second does the work and keeps the answer, under the
 * condition that nobody else has taken over since. Whoever is late gets the answer of the one who did.
 * @throws `invalid-options`, and what `bus.transaction`, `work` and `call` throw
 */
export function answerOnce<Native>(options: OnceInTransaction<Native>): Promise<OnceAnswer>;
export function answerOnce<Native, Result>(options: OnceAroundCall<Native, Result>): Promise<OnceAnswer>;
export async function answerOnce<Native, Result>(
  options: OnceInTransaction<Native> | OnceAroundCall<Native, Result>,
): Promise<OnceAnswer> {
  checkOnceOptions(options);
  return options.call === undefined ? answerInTransaction(options) : answerAroundCall(options);
}

function answerInTransaction<Native>(options: OnceInTransaction<Native>): Promise<OnceAnswer> {
  const claim = claimOf(options, 0);
  return options.bus.transaction(async (transaction) => {
    const repeat = await repeatOf(transaction, claim);
    return repeat ?? answered(transaction, claim, await options.work(transaction));
  });
}

async function answerAroundCall<Native, Result>(options: OnceAroundCall<Native, Result>): Promise<OnceAnswer> {
  const { bus, operation, key, leaseMs, call, newId = systemNewId } = options;
  const claim = { ...claimOf(options, leaseMs), owner: newId() };
  let calling: Promise<Result> | undefined;
  for (;;) {
    const repeat = await bus.transaction((transaction) => repeatOf(transaction, claim));
    if (repeat !== undefined) return repeat;
    calling ??= call({ idempotencyKey: `${operation}:${key}` });
    const answer = await finish(options, claim, await calling);
    // Somebody has taken over meanwhile: the answer is theirs, unless they have died as well.
    if (answer !== undefined) return answer;
  }
}

/** `undefined` when the request is no longer ours; nothing of `work` has happened then. */
async function finish<Native, Result>(
  { bus, work }: OnceAroundCall<Native, Result>,
  claim: IdentityClaim,
  result: Result,
): Promise<OnceAnswer | undefined> {
  let isCompleting = false;
  try {
    return await bus.transaction(async (transaction) => {
      isCompleting = false;
      const answer = await work(transaction, result);
      isCompleting = true;
      const outcome = await answered(transaction, claim, answer);
      isCompleting = false;
      return outcome;
    });
  } catch (error) {
    if (isCompleting && isBusError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}

const claimOf = ({ operation, key, request, retentionMs }: OnceRequest, leaseMs: number): IdentityClaim => ({
  kind: 'identity',
  scope: operation,
  key,
  fingerprint: fingerprint(request),
  leaseMs,
  ...(retentionMs === undefined ? {} : { retentionMs }),
});

/** `undefined`: it is new, and now belongs to this transaction. */
async function repeatOf(
  { claim }: Pick<TransactionContext, 'claim'>,
  identity: IdentityClaim,
): Promise<OnceAnswer | undefined> {
  const [outcome] = await claim([identity]);
  if (outcome?.status === 'claimed') return undefined;
  if (outcome?.status === 'in-progress') return outcome;
  const answer = outcome?.status === 'duplicate' ? outcome.answer : undefined;
  // Whoever has the key without an answer is no request: a subscription of this name.
  return answer === undefined ? { status: 'conflict' } : { status: 'answered', answer, isReplay: true };
}

async function answered(
  { complete }: Pick<TransactionContext, 'complete'>,
  { scope, key, owner }: IdentityClaim,
  answer: Uint8Array,
): Promise<OnceAnswer> {
  await complete([{ scope, key, ...(owner === undefined ? {} : { owner }), answer }]);
  return { status: 'answered', answer, isReplay: false };
}
