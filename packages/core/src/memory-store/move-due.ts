import type { MemoryStoreState } from './memory-store-state.ts';
import type { TransactionTime } from './memory-transaction.ts';
import { numberedRow } from './numbered-row.ts';

/** Most messages that one read moves: it does so in one go, and holds up the process for as long. */
const movedMax = 1000;

/** Moves what is due in these buckets into the outbox, numbered as it comes; answers when there is to be looked again. */
export function moveDue(
  state: MemoryStoreState,
  buckets: readonly number[],
  { now, monotonic }: TransactionTime,
): number | undefined {
  if (state.scheduled.size === 0) return undefined;
  const nowMs = monotonic();
  for (const { bucket, draft } of state.scheduled.takeDue(buckets, nowMs, movedMax)) {
    state.lastRowId += 1;
    const written = { rowId: state.lastRowId, createdAtMs: now(), draft };
    state.outbox.add({ ...numberedRow(state, written), bucket });
  }
  const next = state.scheduled.nextDueAtMs(buckets);
  return next === undefined ? undefined : Math.max(0, next - nowMs);
}
