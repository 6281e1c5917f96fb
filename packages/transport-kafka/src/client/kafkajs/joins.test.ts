import { expect, test } from 'vitest';
import { createJoins } from './joins.ts';

const openStage = () => {
  const handOvers: PromiseWithResolvers<void>[] = [];
  const joins = createJoins({
    onRebalancing: () => {
      const handOver = Promise.withResolvers<void>();
      handOvers.push(handOver);
      return handOver.promise;
    },
  });
  return { joins, handOvers };
};

test('a join that nobody has announced is announced where it begins, and waits for what is handed over', async () => {
  const { joins, handOvers } = openStage();
  joins.joined();
  let isOver = false;
  const before = joins.before().then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect([handOvers.length, isOver]).toEqual([1, false]);
  handOvers[0]?.resolve();
  await before;
  expect(isOver).toBe(true);
});

test('one that was announced is not announced again, however often it is tried', async () => {
  const { joins, handOvers } = openStage();
  joins.joined();
  joins.announce();
  handOvers[0]?.resolve();
  await joins.before();
  await joins.before();
  expect(handOvers).toHaveLength(1);
  joins.joined();
  void joins.before();
  expect(handOvers).toHaveLength(2);
});

test('the first join has nothing to hand over', async () => {
  const { joins, handOvers } = openStage();
  await joins.before();
  expect(handOvers).toEqual([]);
});
