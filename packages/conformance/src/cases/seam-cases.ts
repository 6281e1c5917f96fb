import type { HandlerContext } from '@waybill/core';
import { createProcessGate, watchBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';
import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { openStore } from '../stage/open-store.ts';
import { idOf, keysOf } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { alone, needing, proves } from './case.ts';

/** Deaths between two steps that together keep one promise: where an emulation would come apart. */
export const seamCases: readonly ConformanceCase[] = [
  proves(
    'ACK-1',
    'what a receiver has released for later comes again elsewhere when that receiver dies before its time',
    needing(['abandon'], async (world, { abandon }) => {
      const stage = await openStage(world);
      await stage.send(message('m1', { key: 'k' }));
      const driver = await world.connect();
      const doomed = await stage.receiver({ driver });
      await doomed.release(await doomed.takeOne(), 200);
      await abandon(driver);
      const other = await stage.receiver({ driver: await world.connect() });
      const again = await other.takeOne();
      checkEqual(again.message.id, 'm1', 'what came again');
      check(driver.capabilities.attempts.level === 'unsupported' || again.attempt > 1, 'it is no first attempt');
      await other.accept(again);
      await checkEmpty(world, stage.address);
      checkLedger(world);
    }),
    faultModes,
  ),

  proves(
    'ORD-4',
    'a released delivery comes before those behind it also when its receiver has died or left meanwhile',
    async (world) => {
      const stage = await openStage(world);
      checkApplies(stage.driver.capabilities.release.keepsOrder, 'a release is declared to lose its place');
      const ids = ['m1', 'm2', 'm3'];
      for (const id of ids) await stage.send(message(id, { key: 'k' }));
      const driver = await world.connect();
      const doomed = await stage.receiver({ driver });
      await doomed.release(await doomed.takeOne(), 100);
      await (world.harness.faults.abandon ?? (() => doomed.close()))(driver);
      const leaving = await stage.receiver();
      await leaving.release(await leaving.takeOne(), 100);
      await leaving.close();
      const heir = await stage.receiver({ driver: await world.connect() });
      for (const _ of ids) await heir.accept(await heir.takeOne());
      const order = world.ledger.deliveries.map(({ messageId }) => messageId);
      checkEqual(order, ['m1', 'm1', ...ids], 'the order of deliveries');
    },
    faultModes,
  ),

  proves(
    'DEL-15',
    'a delayed message comes although its sender was killed as soon as it was confirmed',
    needing(['abandon'], async (world, { abandon }) => {
      const stage = await openStage(world);
      const driver = await world.connect();
      const sender = await driver.openSender(stage.address);
      const sentMs = world.clock.monotonic();
      const [outcome] = await sender.sendBatch([message('m1', { key: 'k', delayMs: 150 })]);
      await abandon(driver);
      checkEqual(outcome?.status, 'confirmed', 'the answer');
      const receiver = await stage.receiver();
      const delivery = await receiver.takeOne();
      const waitedMs = world.clock.monotonic() - sentMs;
      check(waitedMs >= 148, `it came after ${waitedMs} ms of 150`);
      await receiver.accept(delivery);
      await checkEmpty(world, stage.address);
    }),
    faultModes,
  ),

  alone(
    proves(
      'DEL-13',
      'of a batch whose connection breaks under way every entry has an outcome, and each is true',
      needing(['cutConnections'], async (world, { cutConnections }) => {
        const stage = await openStage(world);
        const ids = keysOf(500);
        const messages = ids.map((id) => message(id, { key: id }));
        await stage.send(...messages.slice(0, 100));
        const sending = stage.send(...messages.slice(100));
        const hasBegun = async (): Promise<boolean> => (await world.harness.admin.depth(stage.address)) > 100;
        await eventually(world, 'the batch begins to arrive', hasBegun);
        await cutConnections();
        checkEqual((await sending).length, 400, 'outcomes of the torn batch');
        const receiver = await stage.receiver({ driver: await world.connect(), unsettledMax: ids.length });
        await receiver.acceptAll();
        await checkEmpty(world, stage.address);
        checkLedger(world);
      }),
      faultModes,
    ),
  ),

  proves(
    'DEL-18',
    'what a handler has sent leaves once, wherever its process died after the commit',
    async (world) => {
      const boundaries: readonly CrashBoundary[] = ['C5', 'C6', 'C7'];
      await Promise.all(boundaries.map((at) => dieAfterCommit(world, at)));
      await untilAccepted(world, boundaries.length, 'next', 10_000);
      await world.clock.sleep(world.harness.timing.settleMs);
      checkLedger(world, { consumers: 'next' });
    },
    faultModes,
  ),
];

/** A handler in a transaction sends on; its process dies at the boundary and another one takes over with the same store. */
async function dieAfterCommit(world: World, at: CrashBoundary): Promise<void> {
  const suffix = `-${at.toLowerCase()}`;
  const command = numberedCommand(world, suffix);
  const next = numberedCommand(world, `${suffix}-next`);
  const key = `sent${suffix}`;
  const work = async (_: Numbered, context: HandlerContext): Promise<void> => {
    await context.send(next, { key, seq: 1 }, { id: idOf(world, key, 1) });
  };
  world.ledger.publish({ runId: world.runId, key, seq: 1, messageId: idOf(world, key, 1), outcome: 'confirmed' });
  const gate = createProcessGate();
  const process = { gate, boundaries: watchBoundaries({ gate, at }) };
  const store = openStore(world);
  const transport = await world.connect();
  const options = { work, handler: { effect: 'once' } } as const;
  await startConsumer(world, next, `next${suffix}`, { bus: { relay: 'off' } });
  await startConsumer(world, command, `doomed${suffix}`, {
    ...options,
    bus: { store, transport, process, relay: 'off' },
  });
  const publisher = await openBus(world);
  await publisher.start();
  await publisher.send(command, { key: 'k', seq: 1 });
  await eventually(world, `the process dies at ${at}`, () => gate.status === 'dead');
  world.ledger.bury(`doomed${suffix}`);
  await world.harness.faults.abandon?.(transport);
  await startConsumer(world, command, `heir${suffix}`, { ...options, bus: { store } });
}
