/** What a member of a group says of itself when it joins. */
export interface PartitionClaim {
  readonly memberId: string;
  /** What it has, those first whose records are being handled. */
  readonly owned: readonly number[];
}

/**
 * Shares partitions out evenly, so that as few as possible move, and rather idle ones than those whose records are being handled: a record in
 * flight on a partition that moves is handled again elsewhere. Every partition goes to one member, and no member has two more than another.
 */
export function sharePartitions(
  claims: readonly PartitionClaim[],
  partitions: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const free = new Set(partitions);
  const shares = new Map<string, number[]>();
  const base = Math.floor(partitions.length / claims.length);
  let odd = partitions.length % claims.length;
  // Who has more keeps one of the odd ones.
  for (const { memberId, owned } of claims.toSorted(byOwnedThenId)) {
    const kept = owned.filter((partition) => free.has(partition)).slice(0, base + (odd > 0 ? 1 : 0));
    for (const partition of kept) free.delete(partition);
    if (kept.length > base) odd -= 1;
    shares.set(memberId, kept);
  }
  fill(shares, [...free], base);
  return shares;
}

function byOwnedThenId(one: PartitionClaim, other: PartitionClaim): number {
  return other.owned.length - one.owned.length || (one.memberId < other.memberId ? -1 : 1);
}

/** First everybody up to the share that all have, then the odd ones. */
function fill(shares: ReadonlyMap<string, number[]>, free: number[], base: number): void {
  for (const sizeMax of [base, base + 1]) {
    for (const share of shares.values()) {
      if (share.length < sizeMax) share.push(...free.splice(0, sizeMax - share.length));
    }
  }
}
