import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { idOf, keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { startVictim } from '../stage/start-victim.ts';
import { proves } from './case.ts';

const quick = { backoffMs: 5, backoffMsMax: 10 } as const;

/** Order without faults, and under failures of handlers. */
export const orderingCases: readonly ConformanceCase[] = [
  proves('ORD-1', 'one receiver gets one key in the order of its publishes', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(world.amount(100));
    for (const id of ids) await stage.send(message(id, { key: 'k' }));
    const receiver = await stage.receiver();
    for (const _ of ids) await receiver.accept(await receiver.takeOne());
    checkEqual(
      world.ledger.deliveries.map(({ messageId }) => messageId),
      ids,
      'the order of deliveries',
    );
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('ORD-2', 'many keys over three consumers that take their time keep the order of each key', async (world) => {
    await crowd(world, 3, () => world.clock.sleep(world.random() * 4));
    checkLedger(world);
  }),

  proves('ORD-3', 'handlers of one key never run at the same time, those of several keys do', async (world) => {
    let running = 0;
    let runningMax = 0;
    await crowd(world, 2, async () => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await world.clock.sleep(3);
      running -= 1;
    });
    check(runningMax > 1, 'handlers of different keys run at the same time');
    checkLedger(world);
  }),

  proves(
    'ORD-4',
    'a message whose handler fails three times is done before the next of its key starts',
    async (world) => {
      const command = numberedCommand(world);
      let failures = 0;
      const work = ({ seq }: { readonly seq: number }): void => {
        if (seq !== 1 || failures === 3) return;
        failures += 1;
        throw new Error('not yet');
      };
      const bus = await startConsumer(world, command, 'c', { work, handler: { retry: quick } });
      await publishNumbered(world, bus, command, ['k'], 10);
      await untilAccepted(world, 10);
      checkEqual(failures, 3, 'failures of the first message');
      checkLedger(world);
    },
  ),

  proves('ORD-4', 'a released delivery comes back before those behind it in its key', async (world) => {
    const stage = await openStage(world);
    // Where a release loses the order the bus never uses it within an ordered key; the case before this one shows that.
    checkApplies(stage.driver.capabilities.release.keepsOrder, 'a release is declared to lose its place');
    await stage.send(...['m1', 'm2', 'm3'].map((id) => message(id, { key: 'k' })));
    const receiver = await stage.receiver({ unsettledMax: 1 });
    for (let round = 0; round < 3; round += 1) await receiver.release(await receiver.takeOne());
    for (let round = 0; round < 3; round += 1) await receiver.accept(await receiver.takeOne());
    const order = world.ledger.deliveries.map(({ messageId }) => messageId);
    checkEqual(order, ['m1', 'm1', 'm1', 'm1', 'm2', 'm3'], 'the order of deliveries');
  }),

  proves(
    'ORD-3',
    'handlers of one key never run at the same time in different processes',
    async (world) => {
      const command = numberedCommand(world);
      await Promise.all(['p1', 'p2', 'p3'].map((name) => startVictim(world, command, name, 3)));
      const publisher = await openBus(world);
      await publisher.start();
      const perKey = world.amount(10);
      await publishNumbered(world, publisher, command, keysOf(20), perKey);
      await untilAccepted(world, 20 * perKey);
      checkLedger(world);
    },
    patientModes,
  ),

  proves('ORD-8', 'a poisoned message is set aside and its key goes on in order', async (world) => {
    const bus = await poisoned(world, 'dead-letter');
    await untilAccepted(world, 9);
    const handled = world.ledger.deliveries.map(({ messageId }) => messageId);
    const due = [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10].map((seq) => idOf(world, 'k', seq));
    checkEqual(handled, due, 'what was handled, in order');
    const { letters } = await bus.deadLetters.list();
    checkEqual(
      letters.map(({ messageId }) => messageId),
      [idOf(world, 'k', 5)],
      'the dead letters',
    );
  }),

  proves(
    'ORD-8',
    'a poisoned message that parks its key keeps every later one of it, and no other key',
    async (world) => {
      const bus = await poisoned(world, 'park-key');
      await eventually(world, 'the key is parked', async () => (await bus.deadLetters.list()).letters.length === 6);
      await untilAccepted(world, 4);
      const { letters } = await bus.deadLetters.list();
      const due = [5, 6, 7, 8, 9, 10].map((seq) => idOf(world, 'k', seq));
      checkEqual(
        letters.map(({ messageId }) => messageId),
        due,
        'the dead letters in order',
      );
      checkEqual(
        letters.map(({ role }) => role === 'poison'),
        due.map((_, at) => at === 0),
        'who is the poison',
      );
    },
  ),

  proves('ORD-8', 'a poisoned message that blocks its key holds that key and no other', async (world) => {
    const command = numberedCommand(world);
    let isPoison = true;
    const work = ({ key, seq }: { readonly key: string; readonly seq: number }): void => {
      if (key === 'k1' && seq === 3 && isPoison) throw new Error('poison');
    };
    const handler = { onPoison: 'block-key', retry: { ...quick, attemptsMax: 2 } } as const;
    const bus = await startConsumer(world, command, 'c', { work, handler });
    await publishNumbered(world, bus, command, keysOf(4), 5);
    const triesOf = (id: string): number => world.ledger.deliveries.filter(({ messageId }) => messageId === id).length;
    await eventually(world, 'the poison is tried beyond its attempts', () => triesOf(idOf(world, 'k1', 3)) > 4);
    await untilAccepted(world, 17);
    checkEqual(triesOf(idOf(world, 'k1', 4)), 0, 'calls for the message behind the poison');
    isPoison = false;
    await untilAccepted(world, 20);
    checkEqual((await bus.deadLetters.list()).letters, [], 'the dead letters');
    checkLedger(world);
  }),

  proves('ORD-9', 'other keys are handled to their end while one key stands still', async (world) => {
    const command = numberedCommand(world);
    const gate = Promise.withResolvers<undefined>();
    const work = ({ key }: { readonly key: string }): Promise<void> | void => (key === 'k1' ? gate.promise : undefined);
    const bus = await startConsumer(world, command, 'c', { work });
    await publishNumbered(world, bus, command, keysOf(5), 10);
    await untilAccepted(world, 40);
    const ofBlocked = world.ledger.deliveries.filter(({ key }) => key === 'k1');
    checkEqual(
      ofBlocked.map(({ outcome }) => outcome),
      [undefined],
      'what the blocked key has started',
    );
    gate.resolve(undefined);
    await untilAccepted(world, 50);
    checkLedger(world);
  }),

  proves('ORD-13', 'a retry that waits holds its own key back and no other', async (world) => {
    const command = numberedCommand(world);
    let hasFailed = false;
    const work = ({ key, seq }: { readonly key: string; readonly seq: number }): void => {
      if (key !== 'k1' || seq !== 1 || hasFailed) return;
      hasFailed = true;
      throw new Error('later');
    };
    // Long enough for the other key's five, also where each of them is a call to a slow broker.
    const retry = { backoffMs: Math.max(200, world.harness.timing.leaseMs / 3), jitter: 0 };
    const bus = await startConsumer(world, command, 'c', { work, handler: { retry } });
    await publishNumbered(world, bus, command, ['k1', 'k2'], 5);
    await untilAccepted(world, 10);
    const waited = world.ledger.deliveries.findIndex(({ key, attempt }) => key === 'k1' && attempt === 2);
    const others = world.ledger.deliveries.findLastIndex(({ key }) => key === 'k2');
    check(others < waited, 'the other key ends before the retry starts');
    checkLedger(world);
  }),
];

/** Consumers of one command, each with its own connection, that handle 20 keys to the end. */
async function crowd(world: World, consumers: number, work: () => Promise<void>): Promise<void> {
  const command = numberedCommand(world);
  const buses = await Promise.all(
    Array.from({ length: consumers }, (_, at) => startConsumer(world, command, `c${at}`, { work })),
  );
  const [publisher] = buses;
  check(publisher !== undefined, 'there is a consumer');
  const perKey = world.amount(20);
  await publishNumbered(world, publisher, command, keysOf(20), perKey);
  await untilAccepted(world, 20 * perKey);
}

/** Ten messages of key `k`, of which the fifth never succeeds. */
async function poisoned(world: World, onPoison: 'dead-letter' | 'park-key') {
  const command = numberedCommand(world);
  const work = ({ seq }: { readonly seq: number }): void => {
    if (seq === 5) throw new Error('poison');
  };
  const handler = { onPoison, retry: { ...quick, attemptsMax: 2 } };
  const bus = await startConsumer(world, command, 'c', { work, handler });
  await publishNumbered(world, bus, command, ['k'], 10);
  return bus;
}
