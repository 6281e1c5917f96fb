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

const sharesOf = (protocol: string, owned: readonly (readonly number[])[], partitions: number) =>
  shareOut(platformatic, { protocol, members: membersWith(owned, 3, protocol), topic, partitions }).map(
    ({ assignment }) => partitionsIn(platformatic, assignment, topic),
  );

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
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 2, max: 5 }),
      fc.nat(),
      (partitions, members, cut) => {
        const first = all(partitions).slice(0, cut % (partitions + 1));
        const second = all(partitions).slice(first.length);
        const owned = [first, second, ...Array.from({ length: members - 2 }, () => [])];
        const shares = sharesOf(cooperative, owned, partitions);
        for (const [index, share] of shares.entries()) {
          const foreign = new Set(owned.flatMap((own, owner) => (owner === index ? [] : own)));
          expect(share.filter((partition) => foreign.has(partition))).toEqual([]);
        }
      },
    ),
  );
});
