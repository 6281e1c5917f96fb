import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, proves } from './case.ts';

/** Bounds on what is held, run and sent at once. */
export const backPressureCases: readonly ConformanceCase[] = [
  proves('BP-1', 'never more handlers run than asked, over the whole run', async (world) => {
    checkEqual((await runningMax(world, 4)) <= 4, true, 'at most 4 handlers at once');
    checkLedger(world);
  }),

  proves('BP-2', 'as many handlers run as asked', async (world) => {
    checkEqual(await runningMax(world, 7), 7, 'most handlers at once');
  }),

  proves('BP-3', 'the broker hands out no more than a receiver may hold', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(50);
    for (const id of ids) await stage.send(message(id));
    const receiver = await stage.receiver({ unsettledMax: 5 });
    const held = await receiver.take(5);
    checkEqual(held.length, 5, 'deliveries');
    await world.clock.sleep(world.harness.timing.settleMs);
    const inFlight = await world.harness.admin.inFlight(stage.address);
    checkEqual(inFlight, 5, 'what the broker has handed out');
    await receiver.accept(...held);
  }),

  alone(
    proves('BP-4', 'a slow consumer before a long backlog holds its bound and no more', async (world) => {
      const command = numberedCommand(world);
      const gate = Promise.withResolvers<undefined>();
      const handler = { concurrency: 4, waitingMax: 20 };
      const bus = await startConsumer(world, command, 'c', { work: () => gate.promise, handler });
      await publishNumbered(world, bus, command, keysOf(100), world.amount(10));
      const total = 100 * world.amount(10);
      await world.clock.sleep(world.harness.timing.settleMs);
      const inFlight = await world.harness.admin.inFlight(commandAddress(command));
      const health = await bus.health();
      const held = health.subscriptions.reduce((sum, { running, waiting }) => sum + running + waiting, 0);
      check(held > 4 && held <= 24, `${held} are held by the bus, 24 may be`);
      check(inFlight <= 24, `${inFlight} are handed out by the broker, 24 may be`);
      gate.resolve(undefined);
      await untilAccepted(world, total, '', world.harness.timing.patienceMs + total * 2);
      checkLedger(world);
    }),
  ),

  proves('BP-5', 'a paused subscription takes nothing, and goes on when it is resumed', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    await publishNumbered(world, bus, command, ['k'], 1);
    await untilAccepted(world, 1);
    bus.pause(command.name);
    await publishNumbered(world, bus, command, ['k'], 5, 2);
    await world.clock.sleep(world.harness.timing.settleMs);
    checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler, one of them before the pause');
    bus.resume(command.name);
    await untilAccepted(world, 6);
    checkLedger(world);
  }),

  proves('BP-6', 'a publisher whose broker does not answer hands over its bound, and the rest waits', async (world) => {
    const command = numberedCommand(world);
    const answer = Promise.withResolvers<undefined>();
    world.defer(async () => {
      answer.resolve(undefined);
    });
    let open = 0;
    let most = 0;
    const transport = wrapDriver(await world.connect(), {
      sender: (sender) => ({
        sendBatch: async (messages) => {
          open += messages.length;
          most = Math.max(most, open);
          await answer.promise;
          const outcomes = await sender.sendBatch(messages);
          open -= messages.length;
          return outcomes;
        },
      }),
    });
    const bus = await startConsumer(world, command, 'c', { bus: { transport, unconfirmedMax: 10 } });
    const publishing = publishNumbered(world, bus, command, keysOf(50), 1);
    await eventually(world, 'something is handed over', () => open > 0);
    await world.clock.sleep(world.harness.timing.settleMs);
    checkEqual((await bus.health()).unconfirmed, 50, 'publishes that are waited for, those without room included');
    answer.resolve(undefined);
    await publishing;
    await untilAccepted(world, 50);
    check(most >= 2 && most <= 10, `${most} were with the driver at once, 10 may be`);
    checkLedger(world);
  }),

  proves(
    'BP-7',
    'a handler that runs for three leases keeps its message and its place',
    async (world) => {
      const command = numberedCommand(world);
      const work = (): Promise<void> => world.clock.sleep(world.harness.timing.leaseMs * 3);
      const bus = await startConsumer(world, command, 'slow', { work });
      await startConsumer(world, command, 'rival', { work });
      await publishNumbered(world, bus, command, ['k'], 1);
      await untilAccepted(world, 1);
      checkEqual(world.ledger.deliveries.length, 1, 'calls of a handler by its end');
      await checkEmpty(world, commandAddress(command));
      checkEqual(world.ledger.deliveries.length, 1, 'calls of a handler in all');
    },
    patientModes,
  ),

  proves('BP-8', 'an empty queue is not asked in a busy loop', async (world) => {
    const command = numberedCommand(world);
    let calls = 0;
    const transport = wrapDriver(await world.connect(), {
      receiver: (receiver) => ({
        receiveBatch: (limit, signal) => {
          calls += 1;
          return receiver.receiveBatch(limit, signal);
        },
      }),
    });
    await startConsumer(world, command, 'c', { bus: { transport } });
    await eventually(world, 'the queue is asked', () => calls > 0);
    await world.clock.sleep(300);
    check(calls >= 1 && calls <= 30, `${calls} receive calls in 300 ms, 30 may be`);
  }),
];

/** Most handlers that ran at once over 100 messages of 50 keys. */
async function runningMax(world: World, concurrency: number): Promise<number> {
  const command = numberedCommand(world);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await world.clock.sleep(5);
    running -= 1;
  };
  const publisher = await openBus(world);
  const bus = await startConsumer(world, command, 'c', { work, handler: { concurrency } });
  await publisher.start();
  await publishNumbered(world, publisher, command, keysOf(50), 2);
  await untilAccepted(world, 100);
  await eventually(world, 'no handler is left', () => running === 0);
  await bus.stop();
  return most;
}
