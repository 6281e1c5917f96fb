import { expect, test } from 'vitest';
import { runSideBySide } from './run-side-by-side.ts';

/** Notes who runs beside whom. */
function openStage(sideBySide: number, isAlone: (item: number) => boolean = () => false) {
  const running = new Set<number>();
  const seen: { readonly item: number; readonly beside: number }[] = [];
  const run = async (item: number): Promise<string> => {
    running.add(item);
    seen.push({ item, beside: running.size - 1 });
    // The first ones take the longest, so that they end last.
    for (let turns = 10 - item; turns > 0; turns -= 1) await Promise.resolve();
    running.delete(item);
    return `result ${item}`;
  };
  return { seen, start: (items: readonly number[]) => runSideBySide(items, { run, isAlone, sideBySide }) };
}

test('results come in the order of the items, in whatever order they end', async () => {
  const { start } = openStage(3);
  expect(await start([1, 2, 3, 4])).toEqual(['result 1', 'result 2', 'result 3', 'result 4']);
});

test('so many run at once, and no more', async () => {
  const { start, seen } = openStage(3);
  await start([1, 2, 3, 4, 5, 6]);
  expect(Math.max(...seen.map(({ beside }) => beside))).toBe(2);
});

test('what must be alone runs after the others, with nothing beside it', async () => {
  const { start, seen } = openStage(4, (item) => item % 2 === 0);
  expect(await start([1, 2, 3, 4])).toHaveLength(4);
  expect(seen.map(({ item }) => item)).toEqual([1, 3, 2, 4]);
  expect(seen.filter(({ item }) => item % 2 === 0).map(({ beside }) => beside)).toEqual([0, 0]);
});

test('a failure ends the whole', async () => {
  const run = async (item: number): Promise<number> => {
    if (item === 2) throw new Error('broken');
    return item;
  };
  await expect(runSideBySide([1, 2, 3], { run, isAlone: () => false, sideBySide: 2 })).rejects.toThrow('broken');
});
