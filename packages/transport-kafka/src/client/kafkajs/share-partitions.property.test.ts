import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharePartitions } from './share-partitions.ts';
import type { PartitionClaim } from './share-partitions.ts';

interface Group {
  readonly partitions: readonly number[];
  readonly claims: readonly PartitionClaim[];
}

/** Claims may overlap and name partitions that are not there, as those of a member that was away. */
const group: fc.Arbitrary<Group> = fc
  .record({ partitionCount: fc.integer({ min: 0, max: 20 }), memberCount: fc.integer({ min: 1, max: 8 }) })
  .chain(({ partitionCount, memberCount }) =>
    fc.record({
      partitions: fc.constant(Array.from({ length: partitionCount }, (_, index) => index)),
      claims: fc
        .array(fc.uniqueArray(fc.integer({ min: 0, max: 24 })), { minLength: memberCount, maxLength: memberCount })
        .map((all) => all.map((owned, index) => ({ memberId: `member-${index}`, owned }))),
    }),
  );

test('every partition goes to one member, and no member has two more than another', () => {
  fc.assert(
    fc.property(group, ({ partitions, claims }) => {
      const shares = [...sharePartitions(claims, partitions).values()];
      expect(shares.flat().toSorted((one, other) => one - other)).toEqual(partitions);
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a share that is even already moves nothing, in whatever order the members come', () => {
  fc.assert(
    fc.property(group, ({ partitions, claims }) => {
      const shares = sharePartitions(claims, partitions);
      const again = [...shares].map(([memberId, owned]) => ({ memberId, owned })).toReversed();
      const sorted = (map: ReadonlyMap<string, readonly number[]>) =>
        new Map([...map].map(([memberId, share]) => [memberId, share.toSorted((one, other) => one - other)]));
      expect(sorted(sharePartitions(again, partitions))).toEqual(sorted(shares));
    }),
  );
});

test('a member that comes gets what nobody works on', () => {
  const claims = [
    { memberId: 'old', owned: [3, 1, 0, 2] },
    { memberId: 'new', owned: [] },
  ];
  expect(sharePartitions(claims, [0, 1, 2, 3])).toEqual(
    new Map([
      ['old', [3, 1]],
      ['new', [0, 2]],
    ]),
  );
});
