/** Partitions that have no place yet, and where those were that have lost theirs, all of one share. */
export interface Unplaced {
  readonly share: number;
  /** The offset that the broker no longer has, or not yet; `undefined` for a partition that is new here. */
  readonly partitions: ReadonlyMap<number, number | undefined>;
}

/** Where a member reads on. Knows nothing of the network. */
export interface Positions {
  /** A new share: `kept` go on there, the others have to be placed. Pauses of partitions that stay are kept. */
  readonly assign: (partitions: readonly number[], kept: ReadonlyMap<number, number>) => void;
  /** Nothing is read until the next share. */
  readonly hold: () => void;
  readonly pause: (partitions: readonly number[]) => void;
  readonly resume: (partitions: readonly number[]) => void;
  readonly unplaced: () => Unplaced;
  /** Does nothing for a share that is over. */
  readonly place: (share: number, offsets: ReadonlyMap<number, number>) => void;
  /** The partition has no such offset: it is to be placed anew. */
  readonly displace: (partition: number, offset: number) => void;
  /** The next offset of every partition that is to be read now. */
  readonly wanted: () => ReadonlyMap<number, number>;
  /** Whether what was read at `fromOffset` is still wanted; then it counts as read. */
  readonly advance: (partition: number, fromOffset: number, nextOffset: number) => boolean;
}

interface Position {
  next: number | undefined;
  displacedFrom: number | undefined;
}

export function createPositions(): Positions {
  let positions = new Map<number, Position>();
  let share = 0;
  let isHeld = false;
  const paused = new Set<number>();
  const isWanted = (partition: number): boolean => !isHeld && !paused.has(partition);
  return {
    assign: (partitions, kept) => {
      share += 1;
      isHeld = false;
      positions = new Map(partitions.map((one) => [one, { next: kept.get(one), displacedFrom: undefined }]));
      for (const partition of [...paused].filter((one) => !positions.has(one))) paused.delete(partition);
    },
    hold: () => {
      isHeld = true;
    },
    pause: (partitions) => partitions.forEach((partition) => paused.add(partition)),
    resume: (partitions) => partitions.forEach((partition) => paused.delete(partition)),
    unplaced: () => ({
      share,
      partitions: new Map(
        [...positions]
          .filter(([, { next }]) => next === undefined)
          .map(([partition, { displacedFrom }]) => [partition, displacedFrom]),
      ),
    }),
    place: (of, offsets) => {
      if (of !== share) return;
      for (const [partition, offset] of offsets) {
        const position = positions.get(partition);
        if (position !== undefined && position.next === undefined) position.next = offset;
      }
    },
    displace: (partition, offset) => {
      const position = positions.get(partition);
      if (position?.next === offset) positions.set(partition, { next: undefined, displacedFrom: offset });
    },
    wanted: () =>
      new Map(
        [...positions].flatMap(([partition, { next }]) =>
          next !== undefined && isWanted(partition) ? [[partition, next] as const] : [],
        ),
      ),
    advance: (partition, fromOffset, nextOffset) => {
      const position = positions.get(partition);
      if (position?.next !== fromOffset || !isWanted(partition)) return false;
      position.next = nextOffset;
      return true;
    },
  };
}
