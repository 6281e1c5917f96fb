import type { Delivery, TransportReceiver } from '@waybill/core/driver';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, steady, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { proves } from './case.ts';

/** A bus that starts, stops and is changed while it works. */
export const stopCases: readonly ConformanceCase[] = [
  proves('LIF-3', 'a graceful stop lets running handlers end, and starts no other', async (world) => {
    const command = numberedCommand(world);
    const gate = Promise.withResolvers<undefined>();
    const options = { work: () => gate.promise, handler: { ...steady, concurrency: 3 } };
    const bus = await startConsumer(world, command, 'c', options);
    const publisher = await openBus(world);
    await publisher.start();
    await publishNumbered(world, publisher, command, keysOf(10), 2);
    await eventually(world, 'three handlers run', () => world.ledger.deliveries.length === 3);
    let isStopped = false;
    const stopping = bus.stop({ graceMs: world.harness.timing.patienceMs }).then(() => {
      isStopped = true;
    });
    await world.clock.sleep(world.harness.timing.settleMs);
    check(!isStopped, 'the stop waits for handlers');
    gate.resolve(undefined);
    await stopping;
    checkEqual(
      world.ledger.deliveries.map(({ outcome }) => outcome),
      ['accepted', 'accepted', 'accepted'],
      'what was begun, and how it ended',
    );
    const { depth } = world.harness.admin;
    const isLeft = async (): Promise<boolean> => (await depth(commandAddress(command))) === 17;
    await eventually(world, 'all others wait at the broker', isLeft);
    await startConsumer(world, command, 'next', { handler: steady });
    await untilAccepted(world, 20);
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves('LIF-3', 'a stop ends in time also when a handler does not', async (world) => {
    const command = numberedCommand(world);
    const gate = Promise.withResolvers<undefined>();
    const bus = await startConsumer(world, command, 'c', { work: () => gate.promise });
    await publishNumbered(world, bus, command, ['k'], 1);
    await eventually(world, 'the handler runs', () => world.ledger.deliveries.length === 1);
    const startMs = world.clock.monotonic();
    await bus.stop({ graceMs: 100 });
    const tookMs = world.clock.monotonic() - startMs;
    gate.resolve(undefined);
    check(tookMs >= 95, `the grace of 100 ms was cut to ${tookMs} ms`);
    check(tookMs < 100 + world.harness.timing.patienceMs, `the stop took ${tookMs} ms`);
  }),

  proves(
    'LIF-4',
    'a forced stop aborts handlers, and their messages come again without having failed',
    async (world) => {
      const command = numberedCommand(world);
      let isAborted = false;
      const stubborn = await startConsumer(world, command, 'c', {
        handler: { retry: { attemptsMax: 1 } },
        work: async (_, { signal }) => {
          await new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          isAborted = true;
          throw new Error('interrupted');
        },
      });
      await publishNumbered(world, stubborn, command, ['k'], 1);
      await eventually(world, 'the handler runs', () => world.ledger.deliveries.length === 1);
      await stubborn.stop({ graceMs: 0 });
      await eventually(world, 'the handler was aborted', () => isAborted);
      checkEqual((await stubborn.deadLetters.list()).letters, [], 'the dead letters of the stopped bus');
      const next = await startConsumer(world, command, 'next', { handler: { retry: { attemptsMax: 1 } } });
      await untilAccepted(world, 1, 'next');
      checkEqual((await next.deadLetters.list()).letters, [], 'the dead letters of the next bus');
      await checkEmpty(world, commandAddress(command));
    },
  ),

  proves(
    'LIF-5',
    'stop and start again under load keep every message, its order and its one handling',
    async (world) => {
      const command = numberedCommand(world);
      const publisher = await openBus(world);
      await publisher.start();
      const keys = keysOf(10);
      const perKey = world.amount(20);
      const publishing = publishNumbered(world, publisher, command, keys, perKey);
      for (let round = 1; round <= 4; round += 1) {
        const bus = await startConsumer(world, command, `c${round}`, {
          work: () => world.clock.sleep(2),
          handler: steady,
        });
        await world.clock.sleep(40);
        await bus.stop();
      }
      await publishing;
      await startConsumer(world, command, 'last', { handler: steady });
      await untilAccepted(world, keys.length * perKey);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
    patientModes,
  ),

  proves('LIF-10', 'more handlers run when more are asked for, and fewer when fewer are', async (world) => {
    const command = numberedCommand(world);
    let running = 0;
    let runningMax = 0;
    const work = async (): Promise<void> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await world.clock.sleep(5);
      running -= 1;
    };
    const bus = await startConsumer(world, command, 'c', {
      work,
      handler: { ...steady, concurrency: 2, waitingMax: 20 },
    });
    const handled = roundOf(world, (from) => publishNumbered(world, bus, command, keysOf(20), 3, from));
    await handled(1);
    checkEqual(runningMax, 2, 'most handlers at once of 2');
    bus.setConcurrency(command.name, 6);
    runningMax = 0;
    await handled(2);
    checkEqual(runningMax, 6, 'most handlers at once of 6');
    bus.setConcurrency(command.name, 1);
    runningMax = 0;
    await handled(3);
    checkEqual(runningMax, 1, 'most handlers at once of 1');
    checkLedger(world);
  }),

  proves('LIF-13', 'health says what the bus does: idle, running, paused, failing, stopped', async (world) => {
    const command = numberedCommand(world);
    const inner = await world.connect();
    let isBroken = false;
    const transport = wrapDriver(inner, {
      receiver: (receiver) => ({
        receiveBatch: async (limit, signal) => {
          if (isBroken) throw new Error('the broker does not answer');
          return receiveWithin(world, receiver, limit, signal);
        },
      }),
    });
    const bus = await openBus(world, { transport });
    bus.handle(command, () => undefined, caseGuarantees(world));
    checkEqual((await bus.health()).status, 'idle', 'the state before the start');
    await bus.start();
    const stateOf = async (): Promise<readonly (string | undefined)[]> => {
      const { status, subscriptions } = await bus.health();
      return [status, subscriptions[0]?.status];
    };
    const until = (status: string, subscription: string): Promise<void> =>
      eventually(world, `the state is ${status}, ${subscription}`, async () => {
        const [own, first] = await stateOf();
        return own === status && first === subscription;
      });
    await until('running', 'receiving');
    bus.pause(command.name);
    await until('running', 'paused');
    bus.resume(command.name);
    isBroken = true;
    await until('failing', 'failing');
    isBroken = false;
    await until('running', 'receiving');
    await bus.stop();
    checkEqual((await bus.health()).status, 'stopped', 'the state after the stop');
  }),
];

/** Publishes a round of 60 messages and waits until they are handled. */
function roundOf(world: World, publish: (from: number) => Promise<void>): (round: number) => Promise<void> {
  return async (round) => {
    await publish((round - 1) * 3 + 1);
    await untilAccepted(world, round * 60);
  };
}

/** A receive that ends after 50 ms, so that the next one is soon refused. */
async function receiveWithin(
  { clock }: World,
  receiver: TransportReceiver,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const controller = new AbortController();
  const timer = clock.after(50, () => {
    controller.abort();
  });
  try {
    return await receiver.receiveBatch(limit, AbortSignal.any([signal, controller.signal]));
  } finally {
    timer.cancel();
  }
}
