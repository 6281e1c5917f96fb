import { check, checkEqual, need } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import { checkDriverRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumer, steady, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { needing, proves } from './case.ts';

/** Faults that any transport can be put through: refusals, deaths, deleted queues, wrong clocks, busy brokers. */
export const faultCases: readonly ConformanceCase[] = [
  proves(
    'FLT-5',
    'what the broker refuses on one path leaves every other path of the connection at work',
    async (world) => {
      const stage = await openStage(world);
      const { driver, address } = stage;
      await stage.send(message('held', { key: 'k' }), message('next', { key: 'n' }));
      const receiver = await stage.receiver();
      const held = await receiver.take(2);
      const { leaseMs } = world.harness.timing;
      const missing = { ...address, channel: `${world.runId}-missing` };
      const options = { leaseMs, unsettledMax: 1, onLost: () => undefined };
      const second = { ...address, group: 'others', leaseMs };
      for (let round = 0; round < 3; round += 1) {
        await checkDriverRefuses(driver, 'not-found', 'a missing queue', () => driver.openReceiver(missing, options));
        await checkDriverRefuses(driver, 'not-found', 'a missing channel', () => driver.openSender(missing));
        await checkDriverRefuses(driver, 'topology-conflict', 'a second group', () =>
          driver.ensureTopology({ channels: [address], subscriptions: [second] }),
        );
      }
      checkEqual(receiver.lost, [], 'receipts that were lost meanwhile');
      await receiver.accept(...held);
      await stage.send(message('after'));
      await receiver.accept(await receiver.takeOne());
      await checkEmpty(world, address);
      checkLedger(world);
    },
    faultModes,
  ),

  proves(
    'FLT-10',
    'consumers replaced one after the other under load lose nothing and repeat nothing',
    async (world) => {
      const command = numberedCommand(world);
      const options = { work: () => world.clock.sleep(1 + world.random() * 4), handler: steady };
      const keys = keysOf(20);
      const perKey = world.amount(30);
      const total = keys.length * perKey;
      let fleet = await Promise.all(['a1', 'b1', 'c1'].map((name) => startConsumer(world, command, name, options)));
      const publisher = await openBus(world);
      await publisher.start();
      const publishing = publishNumbered(world, publisher, command, keys, perKey);
      for (const version of [2, 3]) {
        for (const [place, old] of fleet.entries()) {
          const due = (total * ((version - 2) * 3 + place + 1)) / 8;
          await eventually(world, `${due} messages are handled`, () => acceptedCount(world) >= due);
          const fresh = await startConsumer(world, command, `${'abc'[place]}${version}`, options);
          await old.stop();
          fleet = fleet.with(place, fresh);
          world.ledger.fault('consumer replaced');
        }
      }
      await publishing;
      await untilAccepted(world, total);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world, { isHandedOver: true });
    },
    faultModes,
  ),

  proves(
    'FLT-11',
    'a queue that is deleted or purged under a consumer can be used again by it',
    async (world) => {
      const { deleteQueue, purge } = world.harness.admin;
      const strike = need(deleteQueue ?? purge, 'way to delete or purge a queue past the driver');
      const command = numberedCommand(world);
      const address = commandAddress(command);
      const gate = Promise.withResolvers<undefined>();
      const work = ({ key, seq }: Numbered): Promise<void> | void =>
        key === 'held' && seq === 1 ? gate.promise : undefined;
      const bus = await startConsumer(world, command, 'c', { work, handler: { concurrency: 4 } });
      await publishNumbered(world, bus, command, keysOf(5), 2);
      await untilAccepted(world, 10);
      await publishNumbered(world, bus, command, ['held'], 1);
      await eventually(world, 'a handler is at work', () => world.ledger.deliveries.some(({ key }) => key === 'held'));
      await strike(address);
      world.ledger.fault(deleteQueue === undefined ? 'queue purged' : 'queue deleted');
      gate.resolve(undefined);
      const { leaseMs } = world.harness.timing;
      // Consumers are told of the end of their queue a moment later; where it exists again before that, RabbitMQ 3.10 never tells them.
      await world.clock.sleep(1000);
      const founder = await world.connect();
      await founder.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs }] });
      const publisher = await openBus(world);
      await publisher.start();
      await publishNumbered(world, publisher, command, keysOf(5), 2, 3);
      await untilAccepted(world, 21, '', 30_000);
      await checkEmpty(world, address);
      checkLedger(world);
    },
    faultModes,
  ),

  proves(
    'FLT-12',
    'a broker that throttles is asked again until it answers, and gets everything in order',
    async (world) => {
      const command = numberedCommand(world);
      const inner = await world.connect();
      const refused = { sends: 0, receives: 0, settlements: 0 };
      const busy =
        <Call extends (...parts: never[]) => Promise<unknown>>(what: keyof typeof refused, call: Call) =>
        async (...parts: Parameters<Call>): Promise<Awaited<ReturnType<Call>>> => {
          // The first of each kind for certain, others by chance. A bus leaves a settlement that fails three times to its lease.
          const isTaken = what === 'settlements' ? refused[what] === 2 : refused[what] > 0 && world.random() > 0.3;
          if (isTaken) return (await call(...parts)) as Awaited<ReturnType<Call>>;
          refused[what] += 1;
          throw new Throttled();
        };
      const transport = wrapDriver(inner, {
        driver: { codeOf: (error) => (error instanceof Throttled ? 'throttled' : inner.codeOf(error)) },
        sender: ({ sendBatch }) => ({ sendBatch: busy('sends', sendBatch) }),
        receiver: ({ receiveBatch, settleBatch }) => ({
          receiveBatch: busy('receives', receiveBatch),
          settleBatch: busy('settlements', settleBatch),
        }),
      });
      const bus = await startConsumer(world, command, 'c', { bus: { transport }, handler: steady });
      await publishNumbered(world, bus, command, keysOf(5), 6);
      await untilAccepted(world, 30, '', 30_000);
      check(Math.min(...Object.values(refused)) > 0, `each kind of call was throttled: ${JSON.stringify(refused)}`);
      world.ledger.fault('calls throttled');
      checkEqual(new Set(world.ledger.publishes.map(({ outcome }) => outcome)), new Set(['confirmed']), 'the outcomes');
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
    faultModes,
  ),

  proves(
    'FLT-14',
    'clocks that are hours apart change neither order nor leases nor delays',
    async (world) => {
      const command = numberedCommand(world);
      const hoursOff = (hours: number) => ({ ...world.clock, now: () => world.clock.now() + hours * 3_600_000 });
      const ahead = await openBus({ ...world, clock: hoursOff(5) });
      await ahead.start();
      const work = (): Promise<void> => world.clock.sleep(world.harness.timing.leaseMs * 1.5);
      await startConsumer({ ...world, clock: hoursOff(-7) }, command, 'behind', { work });
      world.ledger.fault('clocks set apart');
      await publishNumbered(world, ahead, command, keysOf(5), 2);
      await untilAccepted(world, 10, '', lateMs);
      const delayMs = 200;
      if ((await world.connect()).capabilities.delay.delayMsMax >= delayMs) {
        const startMs = world.clock.monotonic();
        await ahead.send(command, { key: 'late', seq: 1 }, { delayMs, id: 'late' });
        await eventually(world, 'the delayed one comes', () => acceptedCount(world) >= 11);
        const delivery = world.ledger.deliveries.find(({ messageId }) => messageId === 'late');
        const waitedMs = (delivery?.startMs ?? 0) - startMs;
        check(
          waitedMs >= delayMs - 10 && waitedMs < delayMs + world.harness.timing.patienceMs,
          `waited ${waitedMs} ms`,
        );
        world.ledger.publish({ runId: world.runId, key: 'late', seq: 1, messageId: 'late', outcome: 'confirmed' });
      }
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
    faultModes,
  ),

  proves(
    'FLT-15',
    'a death repeats no more than what was held, and not what was accepted well before',
    needing(['abandon'], async (world, { abandon }) => {
      const stage = await openStage(world);
      const ids = keysOf(20);
      await stage.send(...ids.map((id) => message(id, { key: id })));
      const driver = await world.connect();
      const victim = await stage.receiver({ driver, unsettledMax: 5 });
      const done = await victim.take(5);
      await victim.accept(...done);
      const held = await victim.take(5);
      checkEqual(held.length, 5, 'what the victim holds');
      for (const delivery of held) void victim.begin(delivery);
      // What was accepted is accepted: the broker has had the time to hear of it.
      await world.clock.sleep(world.harness.timing.settleMs);
      await abandon(driver);
      world.ledger.bury(victim.consumerId);
      const heir = await stage.receiver();
      for (let place = 0; place < 15; place += 1) await heir.accept(await heir.takeOne());
      await heir.accept(...(await heir.take(ids.length, world.harness.timing.settleMs)));
      const again = world.ledger.deliveries.length - ids.length;
      checkEqual(again, held.length, 'deliveries beyond one each');
      await checkEmpty(world, stage.address);
      checkLedger(world);
    }),
    faultModes,
  ),
];

/** What work of a few seconds takes on a machine that is busy with something else. */
const lateMs = 40_000;

class Throttled extends Error {}
