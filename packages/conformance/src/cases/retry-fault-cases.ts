import type { Command } from '@waybill/core';
import { checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { letterOf, quickRetry, sendOne, untilLetters } from '../stage/dead-letters.ts';
import { startMortalConsumer } from '../stage/mortal-consumer.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStore } from '../stage/open-store.ts';
import { idOf } from '../stage/publish-numbered.ts';
import { startConsumer } from '../stage/start-consumer.ts';
import type { ConsumerOptions } from '../stage/start-consumer.ts';
import { alone, needing, proves, refuses } from './case.ts';

const fail = (): never => {
  throw new Error('never works');
};

/** Retries and dead letters when those who count them die. */
export const retryFaultCases: readonly ConformanceCase[] = [
  proves(
    'RTY-6',
    'a consumer that is killed between the dead letter and the settlement leaves one letter and no message',
    async (world) => {
      const command = numberedCommand(world);
      const store = openStore(world);
      const options = { work: fail, handler: { retry: { ...quickRetry, attemptsMax: 1 } }, bus: { store } };
      const victim = await startMortalConsumer(world, command, 'victim', { ...options, diesAt: 'C6' });
      const publisher = await openBus(world);
      await publisher.start();
      await sendOne(world, publisher, command);
      await eventually(world, 'the consumer dies before it settles', victim.hasDied);
      await victim.kill();
      const bus = await startConsumer(world, command, 'heir', options);
      await eventually(world, 'the message comes again', () => world.ledger.deliveries.length > 1);
      await checkEmpty(world, commandAddress(command));
      checkEqual((await letterOf(bus)).messageId, idOf(world, 'k', 1), 'the letter');
    },
    faultModes,
  ),

  proves(
    'RTY-9',
    'every consumer that dies at a message costs one attempt: handlers are called as often as asked',
    async (world) => {
      const command = numberedCommand(world);
      const store = openStore(world);
      const handler = { retry: { ...quickRetry, attemptsMax: 3 } };
      await dieAtMessage(world, command, 2, { handler, bus: { store } });
      const bus = await startConsumer(world, command, 'last', { work: fail, handler, bus: { store } });
      await untilLetters(world, bus, 1);
      await checkEmpty(world, commandAddress(command));
      checkEqual(
        world.ledger.deliveries.map(({ attempt }) => attempt),
        [1, 2, 3],
        'the attempts',
      );
      checkEqual((await letterOf(bus)).attempts, 3, 'the attempts that the letter tells');
    },
    faultModes,
  ),

  proves(
    'RTY-9',
    'a message that kills every consumer is put aside unhandled',
    async (world) => {
      const command = numberedCommand(world);
      const store = openStore(world);
      const handler = { retry: { ...quickRetry, deliveriesMax: 2 } };
      await dieAtMessage(world, command, 2, { handler, bus: { store } });
      const bus = await startConsumer(world, command, 'last', { handler, bus: { store } });
      await untilLetters(world, bus, 1);
      checkEqual(world.ledger.deliveries.length, 2, 'calls of the handler');
      checkEqual((await letterOf(bus)).reason, 'attempts-exhausted', 'why it is put aside');
    },
    faultModes,
  ),

  refuses(
    'RTY-9',
    'where nobody counts deliveries, another process begins anew and calls handlers as often as asked',
    async (world) => {
      const command = numberedCommand(world);
      const store = openStore(world);
      const handler = { retry: { ...quickRetry, attemptsMax: 3 } };
      await dieAtMessage(world, command, 2, { handler, bus: { store } });
      const bus = await startConsumer(world, command, 'last', { work: fail, handler, bus: { store } });
      await untilLetters(world, bus, 1);
      await checkEmpty(world, commandAddress(command));
      checkEqual(
        world.ledger.deliveries.map(({ attempt }) => attempt),
        [1, 1, 1, 2, 3],
        'the attempts',
      );
      checkEqual((await letterOf(bus)).attempts, 3, 'the attempts that the letter tells');
    },
    faultModes,
  ),

  proves('RTY-9', 'after an orderly restart the count of attempts goes on', async (world) => {
    const command = numberedCommand(world);
    // A bus closes its store when it stops; this one is needed after.
    const store = { ...openStore(world), close: async () => undefined };
    const retry = { attemptsMax: 4, backoffMs: 5, backoffMsMax: 5, jitter: 0 };
    const slow = { retry: { ...retry, backoffMs: 60_000, backoffMsMax: 60_000 } };
    const first = await startConsumer(world, command, 'first', { work: fail, handler: slow, bus: { store } });
    await sendOne(world, first, command);
    await eventually(world, 'the first consumer fails', () => world.ledger.deliveries[0]?.outcome === 'failed');
    await first.stop();
    const bus = await startConsumer(world, command, 'second', { work: fail, handler: { retry }, bus: { store } });
    await untilLetters(world, bus, 1);
    checkEqual(
      world.ledger.deliveries.map(({ attempt }) => attempt),
      [1, 2, 3, 4],
      'the attempts',
    );
  }),

  alone(
    proves(
      'RTY-9',
      'the broker still knows the count of attempts when it has been restarted',
      needing(['restartBroker'], async (world, { restartBroker }) => {
        const command = numberedCommand(world);
        const handler = { retry: { ...quickRetry, attemptsMax: 2 } };
        await dieAtMessage(world, command, 1, { handler });
        await restartBroker();
        const bus = await startConsumer(world, command, 'last', { work: fail, handler });
        await untilLetters(world, bus, 1);
        checkEqual(
          world.ledger.deliveries.map(({ attempt }) => attempt),
          [1, 2],
          'the attempts',
        );
      }),
      ['fault'],
    ),
  ),
];

/** One message, and as many consumers, one after the other, that die while they handle it. */
async function dieAtMessage(
  world: World,
  command: Command<Numbered>,
  deaths: number,
  options: ConsumerOptions,
): Promise<void> {
  const publisher = await openBus(world);
  await publisher.start();
  await sendOne(world, publisher, command);
  const work = (): Promise<never> => new Promise(() => undefined);
  for (let death = 1; death <= deaths; death += 1) {
    const victim = await startMortalConsumer(world, command, `victim ${death}`, { ...options, work });
    await eventually(world, `consumer ${death} handles it`, () => world.ledger.deliveries.length === death);
    await victim.kill();
  }
}
