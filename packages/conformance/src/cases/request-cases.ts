import type { Event } from '@waybill/core';
import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { World } from '../harness/world.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, numberedEvent, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { unscheduledStore } from '../stage/open-store.ts';
import { idOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { proves, refuses } from './case.ts';

/** What a publisher or a subscriber may ask for of single messages: kept, or refused when it is asked. */
export const requestCases: readonly ConformanceCase[] = [
  refuses('DEL-6', 'a group that comes late gets nothing of the past and all from then on', async (world) => {
    const { driver, send, receiver: open, address } = await openStage(world, { kind: 'event', groups: ['early'] });
    checkApplies(driver.capabilities.fanOut.groupsMax > 1, 'an event has one group at most: none can come late');
    await send(message('past'));
    const late = { ...address, group: 'late', leaseMs: world.harness.timing.leaseMs };
    await driver.ensureTopology({ channels: [], subscriptions: [late] });
    await send(message('new'));
    const receiver = await open({ group: 'late' });
    const got = await receiver.take(2, world.harness.timing.settleMs * 3);
    checkEqual(
      got.map((delivery) => delivery.message.id),
      ['new'],
      'what the late group got',
    );
  }),

  refuses('DEL-6', 'asking for the history is refused when the handler is registered', async (world) => {
    await checkHandlerOption(world, { from: 'beginning' });
  }),

  proves('DEL-15', 'a delayed message comes when its delay is over and not before', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const dueMs = new Map<string, number>();
    for (const [key, delayMs] of [
      ['k1', 180],
      ['k2', 60],
      ['k3', 0],
    ] as const) {
      const id = idOf(world, key, 1);
      dueMs.set(id, world.clock.monotonic() + delayMs);
      await bus.send(command, { key, seq: 1 }, { id, delayMs });
      world.ledger.publish({ runId: world.runId, key, seq: 1, messageId: id, outcome: 'confirmed' });
    }
    await untilAccepted(world, 3);
    for (const { messageId, startMs } of world.ledger.deliveries) {
      const earlyMs = (dueMs.get(messageId) ?? Infinity) - startMs;
      // A clock of whole milliseconds may round either end.
      check(earlyMs <= 2, `${messageId} came ${earlyMs} ms before its time`);
    }
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves('DEL-15', 'the longest delay is taken, and one millisecond more refused', async (world) => {
    const command = numberedCommand(world);
    const transport = await world.connect();
    const { delayMsMax } = transport.capabilities.delay;
    const bus = await openBus(world, { transport, store: unscheduledStore(world) });
    await bus.start();
    await bus.send(command, { key: 'k', seq: 1 }, { delayMs: Math.min(delayMsMax, yearMs) });
    if (delayMsMax === Infinity) return;
    await checkBusRefuses('delay-unsupported', 'a delay beyond the longest', () =>
      bus.send(command, { key: 'k', seq: 2 }, { delayMs: delayMsMax + 1 }),
    );
  }),

  refuses('DEL-15', 'any delay is refused', async (world) => {
    const bus = await openBus(world, { store: unscheduledStore(world) });
    await bus.start();
    await checkBusRefuses('delay-unsupported', 'a delay of a millisecond', () =>
      bus.send(numberedCommand(world), { key: 'k', seq: 1 }, { delayMs: 1 }),
    );
  }),

  refuses('DEL-16', 'asking for a time to live is refused', (world) => checkPublishOption(world, { ttlMs: 1000 })),

  refuses('DEL-16', 'without one nothing expires, however long it waits', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    await world.clock.sleep(world.harness.timing.leaseMs * 3);
    const receiver = await stage.receiver();
    checkEqual((await receiver.takeOne()).message.id, 'm1', 'what has waited');
  }),

  refuses('DEL-17', 'asking for a priority is refused, of a message and of a handler', async (world) => {
    await checkPublishOption(world, { priority: 9 });
    await checkHandlerOption(world, { priority: 9 });
  }),

  refuses('DEL-23', 'asking for a reply is refused', (world) => checkPublishOption(world, { replyTo: 'somewhere' })),

  proves(
    'ORD-13',
    'a delayed message holds later ones of its key back, or is overtaken by them, as declared',
    async (world) => {
      const transport = await world.connect();
      const { level, keepsOrder } = transport.capabilities.delay;
      checkApplies(level !== 'unsupported', 'nothing can be delayed');
      const command = numberedCommand(world);
      const bus = await startConsumer(world, command, 'c', { bus: { transport } });
      const first = idOf(world, 'k', 0);
      await bus.send(command, { key: 'k', seq: 0 }, { id: first, delayMs: 700 });
      await publishNumbered(world, bus, command, ['k'], 5);
      await untilAccepted(world, 6);
      const order = world.ledger.deliveries.map(({ messageId }) => messageId);
      const others = [1, 2, 3, 4, 5].map((seq) => idOf(world, 'k', seq));
      checkEqual(order, keepsOrder ? [first, ...others] : [...others, first], 'what was handled, in order');
    },
  ),
];

const yearMs = 365 * 24 * 3_600_000;

/** Types know no such option; who writes JavaScript, or reads it from somewhere, is told by its code. */
async function checkPublishOption(world: World, option: object): Promise<void> {
  const bus = await openBus(world);
  await bus.start();
  const command = numberedCommand(world);
  const event = numberedEvent(world, '-event');
  const payload = { key: 'k', seq: 1 };
  await checkBusRefuses('invalid-options', 'a send that asks for it', () => bus.send(command, payload, { ...option }));
  await checkBusRefuses('invalid-options', 'a publish that asks for it', () =>
    bus.publish(event, payload, { ...option }),
  );
}

async function checkHandlerOption(world: World, option: object): Promise<void> {
  const bus = await openBus(world);
  const event: Event<Numbered> = numberedEvent(world, '-event');
  const register = async (): Promise<void> => bus.handle(event, () => undefined, { group: 'g', ...option });
  await checkBusRefuses('invalid-options', 'a handler that asks for it', register);
}
