/** One acknowledgement frame. `multiple` settles every lower tag of the channel as well. */
export interface AckFrame {
  readonly tag: number;
  readonly multiple: boolean;
}

/** Which delivery tags of one channel are still open. */
export interface SettleTracker {
  /** Notes a delivery. Tags of a channel come as 1, 2, 3 … */
  readonly deliver: (tag: number) => void;
  /**
   * Settles tags and answers with the fewest frames that settle exactly these. A tag that is not open is left out: a
   * second ack of it would cost the channel, and with deliveries in flight the connection.
   */
  readonly settle: (tags: readonly number[]) => readonly AckFrame[];
}

/** A tracker lives and dies with its channel; tags mean nothing on another one. */
export function createSettleTracker(): SettleTracker {
  /** Open tags, lowest first: a set keeps the order of insertion, and tags only grow. */
  const open = new Set<number>();

  return {
    deliver: (tag) => {
      open.add(tag);
    },
    settle: (tags) => {
      const settled = tags.filter((tag) => open.delete(tag));
      const lowestOpen = firstOf(open) ?? Infinity;
      const below = settled.filter((tag) => tag < lowestOpen);
      const above = settled.filter((tag) => tag > lowestOpen);
      return [...lowFrames(below), ...above.map((tag) => ({ tag, multiple: false }))];
    },
  };
}

/** The broker refuses a frame whose own tag is settled already, so it carries the highest tag that was open until now. */
function lowFrames(tags: readonly number[]): readonly AckFrame[] {
  const highest = tags.reduce((high, tag) => Math.max(high, tag), 0);
  return tags.length === 0 ? [] : [{ tag: highest, multiple: tags.length > 1 }];
}

function firstOf(numbers: ReadonlySet<number>): number | undefined {
  for (const first of numbers) return first;
  return undefined;
}
