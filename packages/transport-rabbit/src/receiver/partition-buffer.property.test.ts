import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPartitionBuffer } from './partition-buffer.ts';

interface Item {
  readonly tag: number;
  readonly key: string | undefined;
}

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ step: fc.constant('deliver' as const), key: fc.constantFrom('a', 'b', 'c') }) },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant('release' as const),
        pick: fc.nat({ max: 20 }),
        delayMs: fc.constantFrom(0, 10, 50),
      }),
    },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
  ),
  { maxLength: 60 },
);

test('nothing is lost, and nothing is handed out before an earlier item of its key that is still here', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const buffer = createPartitionBuffer<Item>();
      const here = new Set<Item>();
      const heldByCore: Item[] = [];
      let nowMs = 0;
      let lastTag = 0;
      for (const one of sequence) {
        if (one.step === 'pass') nowMs += one.ms;
        if (one.step === 'deliver') {
          lastTag += 1;
          const item = { tag: lastTag, key: one.key };
          here.add(item);
          buffer.add(item, 0);
        }
        if (one.step === 'release' && heldByCore.length > 0) {
          const [item] = heldByCore.splice(one.pick % heldByCore.length, 1);
          if (item === undefined) continue;
          here.add(item);
          buffer.add(item, nowMs + one.delayMs);
        }
        if (one.step !== 'take') continue;
        for (const item of buffer.take(one.limit, nowMs)) {
          expect(here.delete(item)).toBe(true);
          const earlier = [...here].filter(({ tag, key }) => key === item.key && tag < item.tag);
          expect(earlier).toEqual([]);
          heldByCore.push(item);
        }
        expect(buffer.size()).toBe(here.size);
      }
      const rest = buffer.take(Infinity, Infinity).map(({ tag }) => tag);
      expect(rest).toEqual([...here].map(({ tag }) => tag).toSorted((one, other) => one - other));
    }),
  );
});
