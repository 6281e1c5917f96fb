import { checkEqual, checkFindings } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { World } from '../harness/world.ts';
import { findDuplicates } from '../oracle/find-duplicates.ts';
import { findLosses } from '../oracle/find-losses.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, numberedEvent } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { proves } from './case.ts';

/** A transport may share its bound out among partitions, which fill unevenly. */
const roomy = 20;

/** Groups that each get everything, and consumers that share it. */
export const fanOutCases: readonly ConformanceCase[] = [
  proves('FAN-1', 'each of two groups gets every message, and once', async (world) => {
    const stage = await openStage(world, { kind: 'event', groups: ['a', 'b'] });
    const ids = keysOf(world.amount(50));
    for (const id of ids) await stage.send(message(id));
    for (const group of ['a', 'b']) {
      const receiver = await stage.receiver({ group, unsettledMax: ids.length * roomy });
      const deliveries = await receiver.take(ids.length);
      checkEqual(deliveries.map((delivery) => delivery.message.id).toSorted(), ids.toSorted(), `what ${group} got`);
      await receiver.accept(...deliveries);
      await checkEmpty(world, { ...stage.address, group });
    }
  }),

  proves('FAN-2', 'three consumers share a queue: together all of it, no message twice', async (world) => {
    const stage = await openStage(world);
    const receivers = await Promise.all(
      Array.from({ length: 3 }, async () => stage.receiver({ driver: await world.connect(), unsettledMax: 5 })),
    );
    const ids = keysOf(world.amount(60));
    for (const id of ids) await stage.send(message(id));
    const drainQueue = async (receiver: (typeof receivers)[number]): Promise<void> => {
      for (;;) {
        const deliveries = await receiver.take(1, world.harness.timing.settleMs * 5);
        if (deliveries.length === 0) return;
        await receiver.accept(...deliveries);
      }
    };
    await Promise.all(receivers.map(drainQueue));
    const arrived = world.ledger.deliveries.map(({ messageId }) => messageId);
    checkEqual(arrived.toSorted(), ids.toSorted(), 'what the three got together');
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('FAN-3', 'no consumer of a busy queue starves', async (world) => {
    const command = numberedCommand(world);
    const options = {
      work: () => world.clock.sleep(5),
      handler: { concurrency: 1, waitingMax: 1, order: 'none' },
    } as const;
    const bus = await startConsumer(world, command, 'c1', options);
    // As instances are added to a system that runs.
    for (const name of ['c2', 'c3']) {
      await world.clock.sleep(world.harness.timing.settleMs);
      await startConsumer(world, command, name, options);
    }
    const isShared = (): boolean => consumersOf(world).length === 3;
    const untilMs = world.clock.monotonic() + world.harness.timing.patienceMs;
    // A broker may take its time to share, while the queue stays busy.
    for (let round = 0; !isShared() && world.clock.monotonic() < untilMs; round += 1) {
      await publishNumbered(world, bus, command, keysOf(30), 3, 1 + round * 3);
      await untilAccepted(world, 90 * (round + 1));
    }
    checkEqual(consumersOf(world), ['c1', 'c2', 'c3'], 'who was given work');
    const { publishes, deliveries } = world.ledger;
    checkFindings(findLosses({ publishes, deliveries }), findDuplicates({ deliveries }, 0));
  }),

  proves('FAN-6', 'closing one receiver leaves the other groups and its own companions at work', async (world) => {
    const stage = await openStage(world, { kind: 'event', groups: ['a', 'b'] });
    const leaving = await stage.receiver({ group: 'a' });
    const staying = await stage.receiver({ group: 'a' });
    const other = await stage.receiver({ group: 'b' });
    await leaving.close();
    await stage.send(message('m1'));
    checkEqual((await staying.takeOne()).message.id, 'm1', 'what the companion got');
    checkEqual((await other.takeOne()).message.id, 'm1', 'what the other group got');
  }),

  proves('FAN-7', 'a group that is declared twice is one group', async (world) => {
    const stage = await openStage(world, { kind: 'event', groups: ['a'] });
    const { leaseMs } = world.harness.timing;
    const again = await world.connect();
    await again.ensureTopology({ channels: [stage.address], subscriptions: [{ ...stage.address, leaseMs }] });
    const receiver = await stage.receiver();
    await stage.send(message('m1'));
    await receiver.accept(await receiver.takeOne());
    checkEqual(await receiver.take(1, world.harness.timing.settleMs), [], 'what came beyond the one message');
    await checkEmpty(world, stage.address);
  }),

  proves('FAN-8', 'a group that is stuck and then fails holds no other group up', async (world) => {
    const event = numberedEvent(world);
    const gate = Promise.withResolvers<undefined>();
    world.defer(async () => gate.resolve(undefined));
    const work = async (): Promise<void> => {
      await gate.promise;
      throw new Error('this group never works');
    };
    const failing = { work, group: 'failing', handler: { retry: { ...quickRetry, attemptsMax: 3 } } };
    const broken = await startConsumer(world, event, 'failing', failing);
    const bus = await startConsumer(world, event, 'healthy', { group: 'healthy' });
    for (const round of [0, 1, 2]) {
      await publishNumbered(world, bus, event, keysOf(5), 2, 1 + round * 2);
      await untilAccepted(world, 10 + round * 10, 'healthy');
    }
    gate.resolve(undefined);
    await untilLetters(world, broken, 30);
    const { publishes } = world.ledger;
    const deliveries = world.ledger.deliveries.filter(({ consumerId }) => consumerId === 'healthy');
    checkFindings(findLosses({ publishes, deliveries }), findDuplicates({ deliveries }, 0));
    checkEqual((await bus.deadLetters.list()).letters, [], 'the dead letters of the healthy group');
  }),
];

function consumersOf({ ledger }: World): readonly string[] {
  return [...new Set(ledger.deliveries.map(({ consumerId }) => consumerId))].toSorted();
}
