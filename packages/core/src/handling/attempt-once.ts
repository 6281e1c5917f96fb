import type { OutboxDraft, StoreTransaction } from '../driver/index.ts';
import type { Attempt, AttemptEnd, AttemptInput, AttemptOptions } from './attempt.ts';
import { composeInvoke } from './compose-invoke.ts';
import type { ClaimInput, Claims } from './create-claims.ts';
import { DeliveryContext } from './handler-context.ts';
import { HandlerFailed } from './handler-failed.ts';
import type { ReadMessage } from './read-message.ts';
import { removeLetter } from './remove-letter.ts';

/** What attempts under `effect: 'once'` share, alone or together. */
export interface OnceParts extends AttemptOptions {
  readonly read: ReadMessage;
  readonly claims: Claims;
}

/** Decodes and validates, and says what is to be claimed. */
export async function readInput(read: ReadMessage, input: AttemptInput): Promise<ClaimInput> {
  const { message, attempt, replay } = input;
  const { envelope, payload } = await read(message, attempt);
  return { envelope, message, payload, replay };
}

/** A message whose claims were granted. */
export interface ClaimedMember {
  readonly input: AttemptInput;
  readonly claimed: ClaimInput;
}

/**
 * Runs the handler for messages in an open transaction, and answers with what it has published. @throws HandlerFailed
 * @param beforeEach may throw to end it
 */
export type InvokeAll = (
  members: readonly ClaimedMember[],
  transaction: StoreTransaction,
  beforeEach?: () => void,
) => Promise<readonly OutboxDraft[]>;

export function createInvokeAll({ spec, prepare }: OnceParts): InvokeAll {
  const { batchHandler } = spec;
  const invoke = composeInvoke(spec);
  const open = ({ claimed, input }: ClaimedMember, { native }: StoreTransaction): DeliveryContext =>
    new DeliveryContext(claimed.envelope, spec.name, native, input.signals, prepare);

  if (batchHandler !== undefined) {
    return async (members, transaction, beforeEach) => {
      beforeEach?.();
      const items = members.map((member) => ({ payload: member.claimed.payload, context: open(member, transaction) }));
      await fromHandler(() => batchHandler(items, transaction.native));
      return items.flatMap(({ context }) => context.end());
    };
  }
  return async (members, transaction, beforeEach) => {
    const drafts: OutboxDraft[] = [];
    for (const member of members) {
      beforeEach?.();
      const context = open(member, transaction);
      await fromHandler(() => invoke(member.claimed.payload, context));
      drafts.push(...context.end());
    }
    return drafts;
  };
}

async function fromHandler(call: () => Promise<void> | void): Promise<void> {
  try {
    await call();
  } catch (error) {
    throw new HandlerFailed(error);
  }
}

/** Claims, the handler's writes and its publishes are one transaction. */
export function createAttemptOnce(parts: OnceParts): Attempt {
  const { services, claims, read, onOutbox } = parts;
  const invokeAll = createInvokeAll(parts);
  return async (input) => {
    const { replay } = input;
    let wrote = false;
    const end = await services.runTransaction(async (transaction): Promise<AttemptEnd> => {
      const claimed = await readInput(read, input);
      const isNew = claims.judge(await transaction.claim(claims.claimsFor(claimed)), claimed);
      if (isNew) {
        const drafts = await invokeAll([{ input, claimed }], transaction);
        wrote = drafts.length > 0;
        if (wrote) await transaction.enqueue(drafts);
      }
      if (replay !== undefined) await removeLetter(transaction, replay.letterId);
      return isNew ? 'handled' : 'duplicate';
    });
    if (wrote) onOutbox();
    return end;
  };
}
