import { expect, test } from 'vitest';
import { virtualClock } from '../testing/virtual-clock.ts';
import { PageSize } from './page-size.ts';

/** Full pages, one every so many milliseconds; answers how the size goes. */
async function pagesEvery(ms: number, { max = 4000, count = 6 } = {}): Promise<readonly number[]> {
  const clock = virtualClock();
  const size = new PageSize(clock, max);
  const sizes: number[] = [];
  for (let page = 0; page < count; page += 1) {
    size.came(true);
    sizes.push(size.rows);
    await clock.advance(ms);
  }
  return sizes;
}

test('pages that are through at once grow up to what is allowed, slow ones shrink to a small size, others stay', async () => {
  expect(await pagesEvery(10)).toEqual([500, 1000, 2000, 4000, 4000, 4000]);
  expect(await pagesEvery(50)).toEqual([500, 500, 500, 500, 500, 500]);
  expect(await pagesEvery(1000)).toEqual([500, 250, 125, 125, 125, 125]);
});

test('never more than is allowed, however little that is', async () => {
  expect(await pagesEvery(10, { max: 700, count: 3 })).toEqual([500, 700, 700]);
  expect(await pagesEvery(1000, { max: 2, count: 3 })).toEqual([2, 2, 2]);
});

test('the time in which there was nothing to read says nothing', async () => {
  const clock = virtualClock();
  const size = new PageSize(clock, 4000);
  size.came(true);
  size.came(false);
  await clock.advance(60_000);
  size.came(true);
  expect(size.rows).toBe(500);
});
