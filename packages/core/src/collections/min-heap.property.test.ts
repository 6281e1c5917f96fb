import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MinHeap } from './min-heap.ts';

interface Item {
  rank: number;
}

const operation = fc.oneof(
  fc.record({ does: fc.constant('push' as const), rank: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ does: fc.constant('pop' as const), rank: fc.constant(0) }),
  fc.record({ does: fc.constant('grow' as const), rank: fc.integer({ min: 0, max: 50 }) }),
);

test('whatever is pushed, popped and grown, the least comes first', () => {
  const property = fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
    const heap = new MinHeap<Item>((left, right) => left.rank < right.rank);
    let model: Item[] = [];
    for (const { does, rank } of operations) {
      const first = heap.peek();
      if (does === 'push') {
        const item = { rank };
        heap.push(item);
        model.push(item);
      } else if (does === 'pop') {
        expect(heap.pop()).toBe(first);
        model = model.filter((item) => item !== first);
      } else if (first !== undefined) {
        first.rank += rank;
        heap.firstHasGrown();
      }
      expect(heap.size).toBe(model.length);
      expect(heap.peek()?.rank ?? Infinity).toBe(Math.min(...model.map((item) => item.rank)));
    }
  });
  fc.assert(property, { numRuns: 300 });
});
