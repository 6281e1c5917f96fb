export interface SideBySideOptions<Item, Result> {
  readonly run: (item: Item) => Promise<Result>;
  /** Whether nothing else may run beside it. */
  readonly isAlone: (item: Item) => boolean;
  /** Most at once. */
  readonly sideBySide: number;
}

/** Runs all, so many at once, then those that must be alone; answers in the order of `items`. */
export async function runSideBySide<Item, Result>(
  items: readonly Item[],
  { run, isAlone, sideBySide }: SideBySideOptions<Item, Result>,
): Promise<readonly Result[]> {
  const results = new Map<Item, Result>();
  const work = async (queue: Iterator<Item>): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next())
      results.set(next.value, await run(next.value));
  };
  const together = items.filter((item) => !isAlone(item)).values();
  await Promise.all(Array.from({ length: sideBySide }, () => work(together)));
  await work(items.filter(isAlone).values());
  return items.flatMap((item) => results.get(item) ?? []);
}
