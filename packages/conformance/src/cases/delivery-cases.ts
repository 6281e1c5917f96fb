import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message, textOf } from '../stage/message.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf } from '../stage/publish-numbered.ts';
import { proves } from './case.ts';

/** That what is sent arrives, whole, once and nowhere else. */
export const deliveryCases: readonly ConformanceCase[] = [
  proves('DEL-1', 'body, id, keys and headers arrive as they were sent', async (world) => {
    const stage = await openStage(world);
    const headers = { 'ce-type': 'a', 'x-note': 'b c' };
    await stage.send(message('m1', { key: 'k', deduplicationKey: 'd', headers, body: '{"a":1}' }));
    const receiver = await stage.receiver();
    const delivery = await receiver.takeOne();
    const { id, key, deduplicationKey, headers: received, body } = delivery.message;
    checkEqual({ id, key, deduplicationKey }, { id: 'm1', key: 'k', deduplicationKey: 'd' }, 'the identity');
    checkEqual({ ...received }, headers, 'the headers');
    checkEqual(textOf(body), '{"a":1}', 'the body');
    await receiver.accept(delivery);
  }),

  proves('DEL-2', 'every message arrives, and nothing else', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(world.amount(1000));
    const batchMax = Math.min(50, stage.driver.capabilities.send.batchMax);
    for (let at = 0; at < ids.length; at += batchMax) {
      await stage.send(...ids.slice(at, at + batchMax).map((id) => message(id)));
    }
    const receiver = await stage.receiver();
    for (let left = ids.length; left > 0;) {
      const deliveries = await receiver.take(Math.min(left, 50));
      if (deliveries.length === 0) break;
      await receiver.accept(...deliveries);
      left -= deliveries.length;
    }
    const arrived = world.ledger.deliveries.map(({ messageId }) => messageId);
    checkEqual(arrived.toSorted(), ids.toSorted(), 'what arrived');
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('DEL-3', 'without a fault nothing comes twice, also after a lease has passed', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(20);
    await stage.send(...ids.map((id) => message(id)));
    const receiver = await stage.receiver();
    await receiver.accept(...(await receiver.take(ids.length)));
    const late = await receiver.take(1, world.harness.timing.leaseMs * 2);
    checkEqual(
      late.map(({ message: { id } }) => id),
      [],
      'what came after all was accepted',
    );
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('DEL-4', 'a message of one channel does not reach another', async (world) => {
    const one = await openStage(world, { suffix: '-one' });
    const other = await openStage(world, { suffix: '-other' });
    await one.send(message('m1'));
    const receiver = await other.receiver();
    checkEqual(await receiver.take(1, world.harness.timing.settleMs), [], 'what the other channel got');
    const rightful = await one.receiver();
    checkEqual((await rightful.takeOne()).message.id, 'm1', 'what the rightful channel got');
  }),

  proves('DEL-5', 'what is published before a receiver opens waits for it', async (world) => {
    const stage = await openStage(world, { kind: 'event', groups: ['a'] });
    await stage.send(message('early'));
    await world.clock.sleep(world.harness.timing.settleMs);
    const receiver = await stage.receiver();
    checkEqual((await receiver.takeOne()).message.id, 'early', 'what waited');
  }),

  proves(
    'DEL-11',
    'an empty queue answers with nothing when told to stop, and not before it has waited',
    async (world) => {
      const stage = await openStage(world);
      const receiver = await stage.receiver();
      const startMs = world.clock.monotonic();
      checkEqual(await receiver.take(1, 100), [], 'what an empty queue gives');
      const waitedMs = world.clock.monotonic() - startMs;
      check(waitedMs >= 95 && waitedMs < 100 + world.harness.timing.patienceMs, `waited ${waitedMs} ms of 100`);
    },
  ),
];
