import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('faults keep their pace while enough is done under them', () => {
  const pace = createPace(300, 18_000);
  pace.look(100);
  pace.look(200);
  expect(pace.everyMs()).toBe(300);
  expect(pace.slowed).toEqual([]);
});

test('faults come half as fast after each look at which too little was done, and it is said', () => {
  const pace = createPace(300, 18_000);
  pace.look(99);
  pace.look(99);
  expect(pace.everyMs()).toBe(1200);
  expect(pace.slowed).toEqual([
    'with one each 300 ms only 99 effects in 10 s, so each 600 ms',
    'with one each 600 ms only 0 effects in 10 s, so each 1200 ms',
  ]);
});
