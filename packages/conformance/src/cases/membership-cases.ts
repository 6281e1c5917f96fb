import type { HandlerContext } from '@waybill/core';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses, checkDriverRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { startMortalConsumer } from '../stage/mortal-consumer.ts';
import { commandAddress, numberedCommand, numberedEvent, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { recordedHandler } from '../stage/recorded-handler.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import type { ConsumerOptions } from '../stage/start-consumer.ts';
import { alone, needing, proves, refuses } from './case.ts';

const keys = keysOf(20);

/** What nobody can have who has one group only. */
const needFanOut = ['FAN-1', 'FAN-6', 'FAN-8', 'DUP-6', 'RTY-12'] as const;

/** Who is given what while groups and consumers come, go and die. */
export const membershipCases: readonly ConformanceCase[] = [
  ...needFanOut.map((id) =>
    refuses(id, 'a second group is refused at the start, by the bus and by the driver', refuseGroups),
  ),

  proves('FAN-4', 'every key is in the hands of one of three consumers, and no key of nobody', async (world) => {
    const { leaseMs, settleMs } = world.harness.timing;
    const stage = await openStage(world);
    const parts = { unsettledMax: 400, leaseMs: leaseMs * 10 };
    const receivers = await Promise.all(
      Array.from({ length: 3 }, async () => stage.receiver({ ...parts, driver: await world.connect() })),
    );
    const many = keysOf(60);
    for (const place of [1, 2]) for (const key of many) await stage.send(message(`${key}-${place}`, { key }));
    const held = await Promise.all(receivers.map((receiver) => receiver.take(many.length * 2, settleMs * 2)));
    const holders = held.map((deliveries) => new Set(deliveries.map((delivery) => delivery.message.key)));
    for (const key of many) {
      checkEqual(holders.filter((own) => own.has(key)).length, 1, `the consumers that hold ${key}`);
    }
    await Promise.all(receivers.map((receiver, place) => receiver.accept(...(held[place] ?? []))));
  }),

  proves(
    'FAN-5',
    'what a leaving and a dying consumer hold goes to the one that is there, and so does what comes after',
    async (world) => {
      const command = numberedCommand(world);
      const publisher = await openBus(world);
      await publisher.start();
      const stuck = new Set(['leaving']);
      const optionsOf = (name: string): ConsumerOptions => ({ work: (_, context) => workOf(stuck.has(name), context) });
      const leaving = await startConsumer(world, command, 'leaving', optionsOf('leaving'));
      await publishNumbered(world, publisher, command, keys, 2);
      await eventually(world, 'the leaving one holds messages', () => beginsOf(world, 'leaving') >= 5);
      const victim = await startMortalConsumer(world, command, 'victim', optionsOf('victim'));
      await leaving.stop({ graceMs: 0 });
      await untilAccepted(world, 40, 'victim');
      stuck.add('victim');
      await publishNumbered(world, publisher, command, keys, 2, 3);
      await eventually(world, 'the victim holds messages', () => beginsOf(world, 'victim') >= 45);
      await startConsumer(world, command, 'last');
      await victim.kill();
      await untilAccepted(world, 40, 'last');
      await publishNumbered(world, publisher, command, keys, 2, 5);
      await untilAccepted(world, 80, 'last');
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
    faultModes,
  ),

  alone(
    proves(
      'FAN-5',
      'when every connection was cut the consumers have all keys again',
      needing(['cutConnections'], async (world, { cutConnections }) => {
        const command = numberedCommand(world);
        const bus = await startConsumer(world, command, 'one');
        await startConsumer(world, command, 'two');
        await publishNumbered(world, bus, command, keys, 2);
        await untilAccepted(world, 40);
        await cutConnections();
        await publishNumbered(world, bus, command, keys, 2, 3);
        await untilAccepted(world, 80);
        await checkEmpty(world, commandAddress(command));
        checkLedger(world, { duplicatesMax: 40 });
      }),
      faultModes,
    ),
  ),

  proves('FAN-6', 'a group that is away keeps its place, and is given all of it when it comes back', async (world) => {
    const event = numberedEvent(world);
    const leaving = await startConsumer(world, event, 'a1', { group: 'a' });
    const bus = await startConsumer(world, event, 'b', { group: 'b' });
    await leaving.stop();
    await publishNumbered(world, bus, event, keysOf(3), 4);
    await untilAccepted(world, 12, 'b');
    await startConsumer(world, event, 'a2', { group: 'a' });
    await untilAccepted(world, 12, 'a2');
    checkEqual(world.ledger.deliveries.length, 24, 'calls of the handlers');
  }),

  proves('FAN-7', 'a second handler of one subscription is refused with a code', async (world) => {
    const bus = await openBus(world);
    const event = numberedEvent(world);
    const handle = async (): Promise<void> =>
      bus.handle(event, () => undefined, { ...caseGuarantees(world), group: 'a' });
    await handle();
    await checkBusRefuses('duplicate-handler', 'the answer to the second handler', handle);
  }),

  proves(
    'FAN-9',
    'channels whose names begin alike are told apart: each event once, by its own handler',
    async (world) => {
      const suffixes = ['', '.a', '-a'];
      const events = suffixes.map((suffix) => numberedEvent(world, suffix));
      const bus = await openBus(world);
      for (const event of events) {
        bus.handle(event, recordedHandler(world, event.name), { ...caseGuarantees(world), group: 'workers' });
      }
      await bus.start();
      for (const event of events) await publishNumbered(world, bus, event, [event.name], 3);
      await untilAccepted(world, events.length * 3);
      const queues = events.map(({ name }) => ({ kind: 'event', channel: name, group: 'workers' }) as const);
      await Promise.all(queues.map((queue) => checkEmpty(world, queue)));
      check(
        world.ledger.deliveries.every(({ consumerId, key }) => consumerId === key),
        'every event is handled by the handler of its own channel',
      );
      checkEqual((await bus.deadLetters.list()).letters, [], 'what came to a wrong channel and was put aside');
      checkLedger(world);
    },
  ),
];

/** A stuck handler ends only when it is told to. */
async function workOf(isStuck: boolean, { signal }: HandlerContext): Promise<void> {
  if (!isStuck) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
  signal.throwIfAborted();
}

const beginsOf = ({ ledger }: World, name: string): number =>
  ledger.deliveries.filter(({ consumerId }) => consumerId === name).length;

async function refuseGroups(world: World): Promise<void> {
  const event = numberedEvent(world);
  const bus = await openBus(world);
  for (const group of ['a', 'b']) bus.handle(event, () => undefined, { ...caseGuarantees(world), group });
  await checkBusRefuses('plan-refused', 'the answer to a start with two groups', () => bus.start());
  const driver = await world.connect();
  const { leaseMs } = world.harness.timing;
  const channel = { kind: 'event', channel: event.name } as const;
  const subscriptions = ['a', 'b'].map((group) => ({ ...channel, group, leaseMs }));
  const ensure = (): Promise<void> => driver.ensureTopology({ channels: [channel], subscriptions });
  await checkDriverRefuses(driver, 'unsupported', 'the answer to a topology with two groups', ensure);
}
