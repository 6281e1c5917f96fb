import * as platformatic from '@platformatic/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cooperative, offeredProtocols, partitionsIn, shareOut } from './share-out.ts';

const topic = 'orders';

/** Members that have joined with what they own. */
function membersWith(owned: readonly (readonly number[])[], generation: number, protocol: string) {
  return owned.map((own, index) => {
    const offered = offeredProtocols(platformatic, 'cooperative', { topic, owned: own, generation });
    const metadata = offered.find(({ name }) => name === protocol)?.metadata;
    if (metadata === undefined || metadata === null) throw new TypeError(`${protocol} is not offered`);
    return { memberId: `member-${index}`, metadata };
  });
}

/** In the order of the members. */
const sharesOf = (protocol: string, owned: readonly (readonly number[])[], partitions: number) =>
  shareOut(platformatic, { protocol, members: membersWith(owned, 3, protocol), topic, partitions })
    .toSorted((one, other) => (one.memberId < other.memberId ? -1 : 1))
    .map(({ assignment }) => partitionsIn(platformatic, assignment, topic));

const all = (partitions: number): number[] => Array.from({ length: partitions }, (_, index) => index);

test('an eager share gives every partition to exactly one member', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 }), (partitions, members) => {
      const shares = sharesOf(
        'RoundRobinAssigner',
        Array.from({ length: members }, () => []),
        partitions,
      );
      expect(shares.flat().toSorted((one, other) => one - other)).toEqual(all(partitions));
    }),
  );
});

test('a cooperative share never gives a partition to one member while another still has it', () => {
  const group = fc.record({
    partitions: fc.integer({ min: 1, max: 20 }),
    members: fc.integer({ min: 2, max: 5 }),
    cut: fc.nat({ max: 20 }),
  });
  fc.assert(
    fc.property(group, ({ partitions, members, cut }) => {
      const first = all(partitions).slice(0, cut);
      const second = all(partitions).slice(cut);
      const owned = [first, second, ...Array.from({ length: members - 2 }, () => [])];
      for (const [index, share] of sharesOf(cooperative, owned, partitions).entries()) {
        const foreign = new Set(owned.flatMap((own, owner) => (owner === index ? [] : own)));
        expect(share.filter((partition) => foreign.has(partition))).toEqual([]);
      }
    }),
  );
});

test('a cooperative share comes to rest: when all have given up what they lost, every partition has one owner and none moves', () => {
  const group = fc.record({ partitions: fc.integer({ min: 1, max: 20 }), members: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(group, ({ partitions, members }) => {
      const alone = [all(partitions), ...Array.from({ length: members - 1 }, () => [])];
      const given = sharesOf(cooperative, alone, partitions);
      const settled = sharesOf(cooperative, given, partitions);
      expect(settled.flat().toSorted((one, other) => one - other)).toEqual(all(partitions));
      expect(sharesOf(cooperative, settled, partitions)).toEqual(settled);
    }),
  );
});

test('what a member claims from an older generation is given to another at once', () => {
  const [stale] = membersWith([[0, 1]], 2, cooperative);
  const [fresh] = membersWith([[]], 3, cooperative);
  if (stale === undefined || fresh === undefined) throw new TypeError('two members');
  const shares = shareOut(platformatic, {
    protocol: cooperative,
    members: [stale, { ...fresh, memberId: 'fresh' }],
    topic,
    partitions: 2,
  });
  expect(shares.map(({ assignment }) => partitionsIn(platformatic, assignment, topic).length)).toEqual([1, 1]);
});
