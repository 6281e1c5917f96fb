import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, numberedEvent, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { alone, proves } from './case.ts';

/** Where the messages of a key go: always to the same place, in every group, and not all keys to one. */
export const laneCases: readonly ConformanceCase[] = [
  proves(
    'ORD-11',
    'a key keeps its place whichever connection publishes it, also after all were closed',
    async (world) => {
      const command = numberedCommand(world);
      const keys = keysOf(24);
      const rounds = 6;
      for (let round = 0; round < rounds; round += 1) {
        // Each round is a process of its own that has never seen the last one's choice of places.
        const publisher = await openBus(world);
        await publisher.start();
        await publishNumbered(world, publisher, command, keys, 2, 1 + round * 2);
        await publisher.stop();
      }
      const work = (): Promise<void> => world.clock.sleep(world.random() * 4);
      await startConsumer(world, command, 'c1', { work });
      await startConsumer(world, command, 'c2', { work });
      await untilAccepted(world, keys.length * rounds * 2);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
  ),

  proves(
    'ORD-11',
    'keys do not wait for each other: one of each is handed out before any is settled',
    async (world) => {
      const stage = await openStage(world);
      const keys = keysOf(32);
      for (const key of keys) await stage.send(message(key, { key }));
      const receiver = await stage.receiver({ unsettledMax: 1000 });
      const held = await receiver.take(keys.length);
      checkEqual(
        held.map((delivery) => delivery.message.id).toSorted(),
        keys.toSorted(),
        'what was handed out at once',
      );
      await receiver.accept(...held);
      await checkEmpty(world, stage.address);
    },
  ),

  alone(
    proves(
      'ORD-9',
      'other keys are as quick beside a key that is blocked by poison as without it',
      async (world) => {
        const calmMs = await slowOnes(world, '-calm', 0);
        const besideMs = await slowOnes(world, '-poisoned', 1);
        const allowedMs = calmMs * 3 + slackMs;
        check(besideMs < allowedMs, `99 of 100 waited ${besideMs} ms beside the poison and ${calmMs} ms without`);
      },
      patientModes,
    ),
  ),

  proves(
    'ORD-12',
    'each of three groups sees the order of every key, at its own pace and with its own failures',
    async (world) => {
      const event = numberedEvent(world);
      const keys = keysOf(6);
      const perKey = world.amount(10);
      const failed = new Set<string>();
      const stumble = ({ key, seq }: { readonly key: string; readonly seq: number }): void => {
        const id = `${key}/${seq}`;
        if (seq % 3 !== 1 || failed.has(id)) return;
        failed.add(id);
        throw new Error('not yet');
      };
      const retry = { backoffMs: 5, backoffMsMax: 10 };
      const publisher = await startConsumer(world, event, 'quick', { group: 'quick' });
      await startConsumer(world, event, 'slow-1', { group: 'slow', work: () => world.clock.sleep(world.random() * 6) });
      await startConsumer(world, event, 'slow-2', { group: 'slow', work: () => world.clock.sleep(world.random() * 6) });
      await startConsumer(world, event, 'clumsy', { group: 'clumsy', work: stumble, handler: { retry } });
      await publishNumbered(world, publisher, event, keys, perKey);
      for (const consumers of ['quick', 'slow', 'clumsy']) {
        const total = keys.length * perKey;
        await eventually(world, `${consumers} has all`, () => acceptedCount(world, consumers) === total);
        await checkEmpty(world, { kind: 'event', channel: event.name, group: consumers });
        checkLedger(world, { consumers });
      }
    },
  ),
];

/** A machine that is busy with other things. */
const slackMs = 250;

/** How long 99 of 100 messages of good keys wait from their publish to their handler, beside so many keys whose first message is poison. */
async function slowOnes(world: World, suffix: string, poisonKeys: number): Promise<number> {
  const command = numberedCommand(world, suffix);
  const sentAtMs = new Map<string, number>();
  const waitsMs: number[] = [];
  const work = ({ key, seq }: Numbered): void => {
    if (key.startsWith('poison')) throw new Error('poison');
    waitsMs.push(world.clock.monotonic() - (sentAtMs.get(`${key}/${seq}`) ?? Infinity));
  };
  const retry = { attemptsMax: 2, backoffMs: 5, backoffMsMax: 10 };
  const handler = { onPoison: 'block-key', concurrency: 4, retry } as const;
  const bus = await startConsumer(world, command, `c${suffix}`, { work, handler });
  await publishNumbered(
    world,
    bus,
    command,
    keysOf(poisonKeys).map((key) => `poison-${key}`),
    20,
  );
  const keys = keysOf(10);
  const rounds = world.amount(20);
  for (let seq = 1; seq <= rounds; seq += 1) {
    for (const key of keys) sentAtMs.set(`${key}/${seq}`, world.clock.monotonic());
    await publishNumbered(world, bus, command, keys, 1, seq);
  }
  await eventually(world, 'the good keys are done', () => waitsMs.length === keys.length * rounds);
  await bus.stop({ graceMs: 0 });
  return waitsMs.toSorted((one, other) => one - other)[Math.floor(waitsMs.length * 0.99)] ?? Infinity;
}
