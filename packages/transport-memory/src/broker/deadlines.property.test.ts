import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { message } from '../testing/open-stage.ts';
import { DelayHeap } from './delay-heap.ts';
import { createHolder } from './holder.ts';
import { Lane } from './lane.ts';
import { MemoryDelivery } from './memory-delivery.ts';
import { QueuedMessage } from './queued-message.ts';

const newEntry = (id: string): QueuedMessage =>
  new QueuedMessage(message(id), { enqueuedAtMs: 0, arrivedAtMs: 0 }, new Lane(undefined));

test('delayed messages come out by due time, equal ones in the order in which they went in, and none before its time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 40 }), fc.nat(25), (dues, nowMs) => {
      const heap = new DelayHeap();
      for (const [index, dueAtMs] of dues.entries()) {
        const entry = newEntry(String(index));
        Object.assign(entry, { state: 'delayed', dueAtMs });
        heap.push(entry);
      }
      const taken: string[] = [];
      for (let entry = heap.take(nowMs); entry !== undefined; entry = heap.take(nowMs)) taken.push(entry.message.id);
      const due = [...dues.entries()].filter(([, dueAtMs]) => dueAtMs <= nowMs);
      expect(taken).toEqual(due.toSorted(([, one], [, other]) => one - other).map(([index]) => String(index)));
      expect(heap.dueAtMs).toBe(Math.min(Infinity, ...dues.filter((dueAtMs) => dueAtMs > nowMs)));
    }),
  );
});

const change = fc.record({ index: fc.nat(15), leaseUntilMs: fc.nat(20), isRemoved: fc.boolean() });

test('leases stay sorted by their end, whatever is added, moved and removed, and wherever the search begins', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20), { minLength: 1, maxLength: 16 }),
      fc.array(change, { maxLength: 40 }),
      (ends, changes) => {
        const holder = createHolder(0, () => undefined);
        const deliveries = ends.map(
          (end, index) => new MemoryDelivery(newEntry(String(index)), message('m'), holder, 0, end),
        );
        for (const delivery of deliveries) holder.leases.add(delivery);
        const held = new Set(deliveries);
        let near: MemoryDelivery | undefined;
        for (const { index, leaseUntilMs, isRemoved } of changes) {
          const delivery = deliveries[index % deliveries.length];
          if (delivery === undefined) continue;
          if (held.delete(delivery)) holder.leases.remove(delivery);
          if (near !== undefined && !held.has(near)) near = undefined;
          if (isRemoved) continue;
          delivery.leaseUntilMs = leaseUntilMs;
          holder.leases.add(delivery, near);
          held.add(delivery);
          near = delivery;
        }
        const listed: MemoryDelivery[] = [];
        for (let { first } = holder.leases; first !== undefined; first = holder.leases.first) {
          listed.push(first);
          holder.leases.remove(first);
        }
        expect(new Set(listed)).toEqual(held);
        const listedEnds = listed.map((delivery) => delivery.leaseUntilMs);
        expect(listedEnds).toEqual(listedEnds.toSorted((one, other) => one - other));
      },
    ),
  );
});
