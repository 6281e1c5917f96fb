import { createBus } from '@waybill/core';
import type { ChannelAddress } from '@waybill/core/driver';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import { checkDriverRefuses, checkRejected } from '../stage/check-refused.ts';
import { checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { needing, proves, refuses } from './case.ts';

/** Destinations that are there, that are not there yet, and that never were. */
export const destinationCases: readonly ConformanceCase[] = [
  proves(
    'DEL-8',
    'a channel that nobody made is not-found for sender, receiver and inspection, without a hang',
    async (world) => {
      const driver = await world.connect();
      const nowhere = { kind: 'event', channel: `${world.runId}-nowhere`, group: 'g' } as const;
      const options = { leaseMs: world.harness.timing.leaseMs, unsettledMax: 10, onLost: () => undefined };
      const begunMs = world.clock.monotonic();
      await checkDriverRefuses(driver, 'not-found', 'a sender of it', () => driver.openSender(nowhere));
      await checkDriverRefuses(driver, 'not-found', 'a receiver of it', () => driver.openReceiver(nowhere, options));
      await checkDriverRefuses(driver, 'not-found', 'an inspection of it', () => driver.inspect(nowhere));
      const tookMs = world.clock.monotonic() - begunMs;
      check(tookMs < world.harness.timing.patienceMs, `the three answers took ${tookMs} ms`);
    },
  ),

  proves('DEL-8', 'a group that nobody made is not-found, and the channel works on', async (world) => {
    const stage = await openStage(world, { kind: 'event', groups: ['a'] });
    await checkDriverRefuses(stage.driver, 'not-found', 'a receiver of it', () => stage.receiver({ group: 'nobody' }));
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    checkEqual((await receiver.takeOne()).message.id, 'm1', 'what the group that exists got');
  }),

  proves('DEL-9', 'a connection and a bus are made before anything is there', async (world) => {
    const driver = await world.connect();
    const command = numberedCommand(world);
    const bus = createBus({ transport: driver, clock: world.clock, random: world.random });
    bus.handle(command, () => undefined);
    bus.explain();
    const address = { kind: 'command', channel: command.name, group: 'handler' } as const;
    await checkDriverRefuses(driver, 'not-found', 'a look at what a bus not started would need', () =>
      driver.inspect(address),
    );
  }),

  proves('DEL-9', 'the first publish makes its channel, and waits there for the consumer', async (world) => {
    const command = numberedCommand(world);
    const publisher = await openBus(world);
    await publisher.start();
    await publishNumbered(world, publisher, command, keysOf(3), 1);
    await startConsumer(world, command, 'c');
    await untilAccepted(world, 3);
    checkLedger(world);
  }),

  proves('DEL-10', 'a bus that only sends opens no receiver', async (world) => {
    const command = numberedCommand(world);
    let receivers = 0;
    const transport = wrapDriver(await world.connect(), {
      openReceiver: () => {
        receivers += 1;
        return Promise.reject(new Error('no receiver may be opened here'));
      },
    });
    const publisher = await openBus(world, { transport });
    await publisher.start();
    await publishNumbered(world, publisher, command, keysOf(3), 2);
    await startConsumer(world, command, 'c');
    await untilAccepted(world, 6);
    checkEqual(receivers, 0, 'receivers opened by the sender');
    checkLedger(world);
  }),

  proves('DEL-22', 'a publish to a channel that nobody made is rejected', async (world) => {
    const driver = await world.connect();
    const nowhere: ChannelAddress = { kind: 'command', channel: `${world.runId}-nowhere` };
    const send = async (): Promise<unknown> => {
      const sender = await driver.openSender(nowhere);
      const [outcome] = await sender.sendBatch([message('m1', { key: 'k' })]);
      return outcome?.status === 'rejected' ? outcome.error : outcome?.status;
    };
    const code = driver.codeOf(await send().catch((error: unknown) => error));
    check(code === 'not-found' || code === 'unroutable', `refused as not-found or unroutable, not ${code}`);
  }),

  proves(
    'DEL-22',
    'a publish whose queue was deleted is rejected, also on a sender that has worked',
    needing(['deleteQueue'], async (world, { deleteQueue }) => {
      const stage = await openStage(world);
      await stage.send(message('m1', { key: 'k' }));
      await deleteQueue(stage.address);
      await eventually(world, 'the deleted queue takes nothing more', async () => {
        const [outcome] = await stage.send(message('m2', { key: 'k' }));
        if (outcome?.status === 'confirmed') return false;
        checkRejected(stage.driver, outcome, ['unroutable', 'not-found'], 'a publish to a deleted queue');
        return true;
      });
    }),
  ),

  refuses('DEL-22', 'a sender of a channel that nobody made is refused when it is opened', async (world) => {
    const driver = await world.connect();
    for (const kind of ['command', 'event'] as const) {
      const nowhere: ChannelAddress = { kind, channel: `${world.runId}-nowhere` };
      await checkDriverRefuses(driver, 'not-found', `a sender (${kind})`, () => driver.openSender(nowhere));
    }
  }),

  refuses('DEL-22', 'a sender of an event is refused until somebody is subscribed', async (world) => {
    const driver = await world.connect();
    const event: ChannelAddress = { kind: 'event', channel: world.runId };
    await driver.ensureTopology({ channels: [event], subscriptions: [] });
    await checkDriverRefuses(driver, 'unroutable', 'a sender to nobody', () => driver.openSender(event));
    const stage = await openStage(world, { kind: 'event', driver });
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    checkEqual((await receiver.takeOne()).message.id, 'm1', 'what came to who subscribed then');
  }),
];
