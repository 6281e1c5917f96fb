import type { Delivery } from '@waybill/core/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecord } from '../message/read-record.ts';
import { heldBy } from './held-record.ts';
import { PartitionQueue } from './partition-queue.ts';
import { recordAt } from './testing/record-at.ts';

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('arrive' as const),
        keys: fc.array(fc.constantFrom('a', 'b', 'c', undefined), { minLength: 1, maxLength: 4 }),
        gap: fc.constantFrom(0, 0, 7),
      }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('accept' as const), pick: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('release' as const),
        pick: fc.nat(),
        delayMs: fc.constantFrom(0, 10, 50),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('takeBack' as const) }) },
  ),
  { maxLength: 80 },
);

interface Model {
  readonly offset: number;
  readonly key: string | undefined;
  state: 'here' | 'core' | 'finished';
}

const offsetOf = (delivery: Delivery): number => Number(Buffer.from(delivery.message.body).toString().slice(1));

test('whatever happens, every record is handed out until it is finished, in the order of its key, and no commit passes one', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const queue = new PartitionQueue({
        partition: 0,
        read: (record) => readRecord(record, { topic: 't', partition: 0 }),
        windowMax: 1000,
        bufferBytesMax: 500,
      });
      const model: Model[] = [];
      const withCore = new Map<Delivery, Model>();
      let nowMs = 0;
      let next = 5;

      const handOut = (deliveries: readonly Delivery[]): void => {
        for (const delivery of deliveries) {
          const one = model.find(({ offset }) => offset === offsetOf(delivery));
          if (one === undefined) throw new Error('A record that never came was handed out.');
          expect(one.state).toBe('here');
          const before = model.filter(({ key, offset }) => key !== undefined && key === one.key && offset < one.offset);
          expect(before.filter(({ state }) => state === 'here')).toEqual([]);
          one.state = 'core';
          withCore.set(delivery, one);
        }
      };
      const settle = (pick: number, to: Model['state'], readyAtMs: number): void => {
        const [delivery, one] = [...withCore][pick % withCore.size] ?? [];
        const record = delivery === undefined ? undefined : heldBy(delivery.receipt);
        if (delivery === undefined || one === undefined || record === undefined) return;
        withCore.delete(delivery);
        one.state = to;
        if (to === 'finished') record.owner.finish(record);
        else record.owner.release(record, readyAtMs);
        expect(heldBy(delivery.receipt)).toBeUndefined();
      };

      for (const one of sequence) {
        if (one.does === 'pass') nowMs += one.ms;
        if (one.does === 'arrive') {
          next += one.gap;
          const arriving = one.keys.map((key, index) => ({ offset: next + index, key, state: 'here' as const }));
          next += arriving.length;
          model.push(...arriving.map((record) => ({ ...record })));
          queue.arrive(arriving.map(({ offset, key }) => recordAt(offset, key)));
        }
        if (one.does === 'take') handOut(queue.take(one.limit, nowMs));
        if (one.does === 'accept') settle(one.pick, 'finished', 0);
        if (one.does === 'release') settle(one.pick, 'here', nowMs + one.delayMs);
        if (one.does === 'takeBack') {
          expect(new Set(queue.takeBack(nowMs))).toEqual(new Set([...withCore.keys()].map(({ receipt }) => receipt)));
          for (const record of withCore.values()) record.state = 'here';
          withCore.clear();
        }
        const firstOpen = model.find(({ state }) => state !== 'finished');
        const committable = firstOpen?.offset ?? (model.length === 0 ? undefined : next);
        expect(queue.uncommitted).toBe(committable === model[0]?.offset ? undefined : committable);
        expect(queue.holding.inFlight).toBe(withCore.size);
        expect(queue.holding.waiting).toBe(model.filter(({ state }) => state === 'here').length);
      }
      handOut(queue.take(Infinity, Infinity));
      expect(model.filter(({ state }) => state === 'here')).toEqual([]);
    }),
  );
});
