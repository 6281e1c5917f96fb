import { expect, test } from 'vitest';
import { createOpenThings } from './open-things.ts';

const stage = () => {
  const things = createOpenThings(() => new Error('it is closed'));
  let closed = 0;
  const thing = { close: async () => void (closed += 1) };
  return { ...things, thing, closed: () => closed };
};

test('what is open is closed with the transport, once, and forgotten', async () => {
  const { keep, close, thing, closed, refuseWhenClosed } = stage();
  let forgotten = 0;
  const first = await keep(thing, () => void (forgotten += 1));
  await keep(thing);
  await first.close();
  expect([closed(), forgotten]).toEqual([1, 1]);
  refuseWhenClosed();
  await close();
  expect([closed(), forgotten]).toEqual([2, 1]);
  expect(refuseWhenClosed).toThrow('it is closed');
});

test('what was still being opened is closed too, and nobody gets it', async () => {
  const { keep, close, thing, closed } = stage();
  await close();
  await expect(keep(thing)).rejects.toThrow('it is closed');
  expect(closed()).toBe(1);
});
