import { expect, test } from 'vitest';
import { createKeyHold } from './key-hold.ts';

/** Counts how often anybody looks at it. */
const countedItem = (place: number, key: string, readyAtMs: number, looks: { count: number }) => ({
  place,
  key,
  get readyAtMs() {
    looks.count += 1;
    return readyAtMs;
  },
});

test('ten thousand records behind a stuck key are not looked at while others of the partition come and go', () => {
  const hold = createKeyHold();
  const looks = { count: 0 };
  hold.add(countedItem(0, 'stuck', 1_000_000, looks));
  for (let place = 1; place <= 10_000; place += 1) hold.add(countedItem(place, 'stuck', 0, looks));
  looks.count = 0;
  for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
    hold.add({ place: 20_000 + nowMs, key: 'other', readyAtMs: nowMs });
    expect(hold.take(10, nowMs)).toHaveLength(1);
  }
  expect(looks.count).toBeLessThanOrEqual(3000);
  expect(hold.take(20_000, 1_000_000)).toHaveLength(10_001);
});

test('one that is given back again and again keeps its place before the later ones of its key', () => {
  const hold = createKeyHold();
  const [first, second] = [
    { place: 1, key: 'a', readyAtMs: 10 },
    { place: 2, key: 'a', readyAtMs: 0 },
  ] as const;
  hold.add(second);
  hold.add(first);
  expect(hold.take(10, 9)).toEqual([]);
  expect(hold.take(1, 10)).toEqual([first]);
  hold.add({ ...first, readyAtMs: 30 });
  expect(hold.take(10, 29)).toEqual([]);
  expect(hold.take(10, 30).map(({ place }) => place)).toEqual([1, 2]);
});
