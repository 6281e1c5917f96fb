import type { Receipt, SettleOutcome, Settlement } from '@waybill/core/driver';
import { heldBy } from './held-message.ts';
import type { HeldMessage } from './held-message.ts';
import type { PartitionSession } from './partition-session.ts';
import type { Partition } from './partition.ts';

export interface Owned {
  readonly session: PartitionSession;
  readonly message: HeldMessage;
}

/** `undefined` when the channel of that delivery is gone, or the receipt was used before: no frame may be sent for it. */
export function ownedBy(partitions: readonly Partition[], receipt: Receipt): Owned | undefined {
  const message = heldBy(receipt);
  const session = message === undefined ? undefined : partitions[message.partition]?.session();
  return message !== undefined && session?.owns(message) === true ? { session, message } : undefined;
}

/** Releases stay local. Accepts go out per channel, in as few frames as settle exactly them. */
export function settleBatch(
  partitions: readonly Partition[],
  settlements: readonly Settlement[],
): readonly SettleOutcome[] {
  const accepts = new Map<PartitionSession, Set<HeldMessage>>();
  const messages = settlements.map((settlement) => {
    const owned = ownedBy(partitions, settlement.receipt);
    if (owned === undefined) return undefined;
    return settlement.action === 'accept' ? addTo(accepts, owned) : release(owned, settlement.delayMs);
  });
  const gone = new Set<HeldMessage>();
  for (const [session, group] of accepts) {
    if (!isSent(session, group)) for (const message of group) gone.add(message);
  }
  return messages.map((message) => ({
    status: message === undefined || gone.has(message) ? ('lost' as const) : ('settled' as const),
  }));
}

/** `undefined` when the same settlement stands in the batch already. */
function addTo(accepts: Map<PartitionSession, Set<HeldMessage>>, { session, message }: Owned): HeldMessage | undefined {
  const group = accepts.get(session) ?? new Set<HeldMessage>();
  if (group.has(message)) return undefined;
  accepts.set(session, group.add(message));
  return message;
}

function release({ session, message }: Owned, delayMs: number): HeldMessage {
  session.release(message, delayMs);
  return message;
}

/** False when the channel was gone before this side has heard of it: the broker has the messages again. */
function isSent(session: PartitionSession, messages: ReadonlySet<HeldMessage>): boolean {
  try {
    session.accept([...messages]);
    return true;
  } catch {
    return false;
  }
}
