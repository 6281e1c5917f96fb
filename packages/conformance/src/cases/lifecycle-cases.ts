import type { Delivery, TransportDriver } from '@waybill/core/driver';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkBusRefuses, checkDriverRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import type { Stage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import type { StageReceiver } from '../stage/stage-receiver.ts';
import { startConsumer, steady, untilAccepted } from '../stage/start-consumer.ts';
import { alone, needing, proves } from './case.ts';

/** Opening and closing, in order and out of it. What stops and starts a bus is in `stop-cases.ts`. */
export const lifecycleCases: readonly ConformanceCase[] = [
  proves('LIF-1', 'everything may be closed many times at once, and what it held goes back', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1', { key: 'k' }));
    const closing = await world.connect();
    const sender = await closing.openSender(stage.address);
    const receiver = await stage.receiver({ driver: closing });
    await receiver.takeOne();
    await Promise.all([receiver.close(), receiver.close(), sender.close(), sender.close()]);
    await Promise.all([closing.close(), closing.close(), closing.close()]);
    await Promise.all([receiver.close(), sender.close(), closing.close()]);
    const other = await stage.receiver();
    const [again] = await other.take(1);
    checkEqual(again?.message.id, 'm1', 'what the closed receiver held');
  }),

  proves('LIF-1', 'a bus may be stopped many times at once', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    await publishNumbered(world, bus, command, ['k'], 3);
    await untilAccepted(world, 3);
    await Promise.all([bus.stop(), bus.stop(), bus.stop({ graceMs: 0 })]);
    await bus.stop();
    checkEqual((await bus.health()).status, 'stopped', 'the state of the bus');
    checkLedger(world);
  }),

  proves('LIF-2', 'what is used after it was closed answers `closed`', async (world) => {
    const stage = await openStage(world);
    const driver = await world.connect();
    const sender = await driver.openSender(stage.address);
    const receiver = await stage.receiver({ driver });
    const { leaseMs } = world.harness.timing;
    const { signal } = new AbortController();
    const refused = (what: string, call: () => Promise<unknown>): Promise<void> =>
      checkDriverRefuses(driver, 'closed', what, call);
    await receiver.close();
    await refused('a receive', () => receiver.receiveBatch(1, signal));
    await sender.close();
    await refused('a send', async () => {
      const [outcome] = await sender.sendBatch([message('late')]);
      if (outcome?.status === 'rejected') throw outcome.error;
    });
    await driver.close();
    const options = { leaseMs, unsettledMax: 1, onLost: () => undefined };
    await refused('openSender', () => driver.openSender(stage.address));
    await refused('openReceiver', () => driver.openReceiver(stage.address, options));
    await refused('inspect', () => driver.inspect(stage.address));
    await refused('ensureTopology', () => driver.ensureTopology({ channels: [stage.address], subscriptions: [] }));
    await checkEmpty(world, stage.address);
  }),

  proves('LIF-2', 'a stopped bus publishes nothing', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    await bus.stop();
    await checkBusRefuses('not-running', 'a publish', () => bus.send(command, { key: 'k', seq: 1 }));
    await checkBusRefuses('not-running', 'a second start', () => bus.start());
    checkEqual(await world.harness.admin.depth(commandAddress(command)), 0, 'what waits at the broker');
  }),

  proves('LIF-6', 'many receivers open and close at the same time, and lose nothing', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(world.amount(40));
    for (const id of ids) await stage.send(message(id, { key: id }));
    const drivers = await Promise.all(Array.from({ length: 4 }, () => world.connect()));
    const openAll = drivers.flatMap((driver) => [1, 2, 3].map(() => stage.receiver({ driver, unsettledMax: 3 })));
    const receivers = await Promise.all(openAll);
    await Promise.all(receivers.map((receiver) => receiver.take(1, world.harness.timing.settleMs)));
    await Promise.all(receivers.map((receiver) => receiver.close()));
    const last = await stage.receiver();
    const deliveries = await last.take(ids.length);
    checkEqual(deliveries.map((each) => each.message.id).toSorted(), ids.toSorted(), 'what was there for the last');
    await last.accept(...deliveries);
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('LIF-7', 'a receive that waits ends soon after it is told to, and swallows nothing', async (world) => {
    const stage = await openStage(world);
    const receiver = await stage.receiver();
    const controller = new AbortController();
    const waiting = receiver.receiveBatch(10, controller.signal);
    await world.clock.sleep(world.harness.timing.settleMs);
    const toldMs = world.clock.monotonic();
    controller.abort();
    checkEqual(await waiting, [], 'what the receive answers');
    const tookMs = world.clock.monotonic() - toldMs;
    check(tookMs < 1000, `the receive went on for ${tookMs} ms`);
    await stage.send(message('m1'));
    const delivery = await receiver.takeOne();
    checkEqual([delivery.message.id, delivery.attempt], ['m1', 1], 'what the next receive got, and as which attempt');
    await receiver.accept(delivery);
    await checkEmpty(world, stage.address);
  }),

  proves('LIF-8', 'a receive that is told to stop before it begins answers with nothing at once', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    await world.clock.sleep(world.harness.timing.settleMs);
    const startMs = world.clock.monotonic();
    checkEqual(await receiver.receiveBatch(1, AbortSignal.abort()), [], 'what a cancelled receive answers');
    check(world.clock.monotonic() - startMs < 1000, 'a cancelled receive does not wait');
    const delivery = await receiver.takeOne();
    checkEqual([delivery.message.id, delivery.attempt], ['m1', 1], 'what the next receive got, and as which attempt');
    await receiver.accept(delivery);
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('LIF-9', 'closing a sender waits for the calls under way, which all answer', async (world) => {
    const stage = await openStage(world);
    const driver = await world.connect();
    const sender = await driver.openSender(stage.address);
    const { batchesInFlightMax, batchMax } = driver.capabilities.send;
    const batches = Array.from({ length: Math.min(4, batchesInFlightMax) }, (_, batch) =>
      keysOf(Math.min(50, batchMax)).map((id) => message(`${batch}-${id}`, { key: `${batch}-${id}` })),
    );
    let answered = 0;
    const sends = batches.map(async (batch) => {
      const outcomes = await sender.sendBatch(batch);
      answered += 1;
      return outcomes;
    });
    await sender.close();
    checkEqual(answered, batches.length, 'calls that were answered when the sender had closed');
    const outcomes = (await Promise.all(sends)).flat();
    checkEqual(new Set(outcomes.map(({ status }) => status)), new Set(['confirmed']), 'the outcomes');
    // A transport may share its bound out among partitions, which fill unevenly.
    const receiver = await stage.receiver({ unsettledMax: outcomes.length * 20 });
    checkEqual((await receiver.take(outcomes.length)).length, outcomes.length, 'messages that arrived');
  }),

  proves('LIF-9', 'every publish of a bus that is stopped is answered, and the answers are true', async (world) => {
    const command = numberedCommand(world);
    const publisher = await openBus(world);
    await publisher.start();
    const publishing = publishNumbered(world, publisher, command, keysOf(20), world.amount(50));
    await publisher.stop();
    await publishing;
    await startConsumer(world, command, 'c', { handler: steady });
    const confirmed = world.ledger.publishes.filter(({ outcome }) => outcome === 'confirmed').length;
    check(confirmed > 0, 'something was published before the stop');
    await untilAccepted(world, confirmed);
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves('LIF-12', 'topology that is there already is left as it is, however many ask at once', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const { leaseMs } = world.harness.timing;
    const topology = { channels: [stage.address], subscriptions: [{ ...stage.address, leaseMs }] };
    const drivers = await Promise.all([1, 2, 3].map(() => world.connect()));
    await Promise.all(drivers.flatMap((driver) => [1, 2].map(() => driver.ensureTopology(topology))));
    const receiver = await stage.receiver();
    await receiver.accept(...(await receiver.take(1)));
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('LIF-12', 'a second group on a command is a conflict, and changes nothing', async (world) => {
    const stage = await openStage(world);
    const { leaseMs } = world.harness.timing;
    const other = await world.connect();
    const second = { ...stage.address, group: 'others', leaseMs };
    await checkDriverRefuses(other, 'topology-conflict', 'a second group', () =>
      other.ensureTopology({ channels: [stage.address], subscriptions: [second] }),
    );
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    await receiver.accept(await receiver.takeOne());
    await eventually(world, 'nothing is left', async () => (await world.harness.admin.depth(stage.address)) === 0);
  }),

  proves(
    'LIF-14',
    'a queue that is purged is empty, and carries what is sent afterwards',
    needing(['purge'], async (world, { purge }) => {
      const stage = await openStage(world);
      await stage.send(...keysOf(20).map((id) => message(id, { key: id })));
      checkEqual(await world.harness.admin.depth(stage.address), 20, 'what waits before');
      await purge(stage.address);
      await checkEmpty(world, stage.address);
      const receiver = await stage.receiver();
      checkEqual(await takeAfterPurge(stage, receiver, world.harness.timing.settleMs), [], 'what comes of it');
      await stage.send(message('after', { key: 'k1' }));
      const [delivery] = await takeAfterPurge(stage, receiver);
      check(delivery !== undefined, 'a message that is there is delivered');
      checkEqual(delivery.message.id, 'after', 'what comes afterwards');
      await receiver.accept(delivery);
      await checkEmpty(world, stage.address);
    }),
  ),

  alone(
    proves('LIF-15', 'drivers that come and go leave no socket and no timer behind', async (world) => {
      const use = async (round: number): Promise<void> => {
        const { driver, receiver } = await openAndUse(world, round);
        await receiver.close();
        await driver.close();
      };
      // What is made once and kept is no leak.
      await use(0);
      const openNow = (): number => process.getActiveResourcesInfo().length;
      await world.clock.sleep(world.harness.timing.settleMs);
      const before = openNow();
      for (let round = 1; round <= 5; round += 1) await use(round);
      const { driver, receiver } = await openAndUse(world, 6);
      await driver.close();
      await receiver.close();
      await eventually(world, `no more than ${before} resources are open`, () => openNow() <= before);
    }),
  ),
];

/** One of each thing that a driver opens, used once. Every round sends messages of its own, which no broker has seen before. */
async function openAndUse(
  world: World,
  round: number,
): Promise<{ readonly driver: TransportDriver; readonly receiver: StageReceiver }> {
  const stage = await openStage(world);
  await stage.send(message(`${round}-1`, { key: 'k' }), message(`${round}-2`, { key: 'k' }));
  const receiver = await stage.receiver();
  await receiver.accept(await receiver.takeOne());
  await receiver.takeOne();
  return { driver: stage.driver, receiver };
}

/** One for each part that a queue may have. */
const toldMax = 50;

/** Where a log was cut short, its receiver may say for each part that what it was to read next is gone; it goes on all the same. */
async function takeAfterPurge(
  { driver }: Pick<Stage, 'driver'>,
  receiver: StageReceiver,
  waitMs?: number,
): Promise<readonly Delivery[]> {
  for (let told = 0; ; told += 1) {
    try {
      return await receiver.take(1, waitMs);
    } catch (error) {
      checkEqual(driver.codeOf(error), 'not-found', 'what a receiver says of a purge');
      check(told < toldMax, 'a receiver says it once for each part');
    }
  }
}
