/** Hands out up to `limit` of something in its own order. */
export interface FairSource<Item> {
  readonly take: (limit: number) => readonly Item[];
}

/**
 * Takes up to `limit` items over all sources, each in its own order. A source that has much gets what the others leave, and `turn`,
 * which the caller lets grow, decides who begins.
 */
export function takeFairly<Item>(sources: readonly FairSource<Item>[], limit: number, turn: number): readonly Item[] {
  const taken: Item[] = [];
  let asked = sources.map((_, index) => sources[(index + turn) % sources.length]);
  while (taken.length < limit && asked.length > 0) {
    const share = Math.max(1, Math.floor((limit - taken.length) / asked.length));
    asked = asked.filter((source) => {
      const items = source?.take(Math.min(share, limit - taken.length)) ?? [];
      taken.push(...items);
      return items.length === share;
    });
  }
  return taken;
}
