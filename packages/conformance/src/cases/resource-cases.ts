import { defineCommand } from '@waybill/core';
import { z } from 'zod';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { Mode } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { quickRetry, sendOne } from '../stage/dead-letters.ts';
import { createHeapMeter } from '../stage/heap-meter.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, proves } from './case.ts';

const bodyChars = 10_000;
/** Most deliveries that the consumer of a backlog may hold: 4 that run and 20 that wait. */
const pace = { concurrency: 4, waitingMax: 20 } as const;
/** Room for what is held, for buffers of sockets and for code that is compiled meanwhile; the smallest backlog takes 10 MB. */
const growthBytesMax = 6 * 1024 * 1024;
const memoryModes: readonly Mode[] = ['standard', 'stress', 'soak'];

/** Memory, calls and time that stay bounded when much waits or nothing works. */
export const resourceCases: readonly ConformanceCase[] = [
  alone(
    proves(
      'BP-4',
      'the heap does not grow with the backlog, neither while it waits nor while it is handled',
      heapIsFlat,
      memoryModes,
    ),
  ),

  proves('BP-5', 'a pause in mid-flow lets what is held end, takes no more, and costs nothing', async (world) => {
    const command = numberedCommand(world);
    const handler = { concurrency: 2, waitingMax: 8 };
    const work = (): Promise<void> => world.clock.sleep(2);
    const bus = await startConsumer(world, command, 'c', { work, handler });
    const publishing = publishNumbered(world, bus, command, keysOf(10), 10);
    await untilAccepted(world, 20);
    bus.pause(command.name);
    const heldMax = acceptedCount(world) + 10;
    await publishing;
    await world.clock.sleep(world.harness.timing.settleMs);
    const handled = acceptedCount(world);
    check(handled <= heldMax, `${handled} are handled after the pause, ${heldMax} may be`);
    check(handled < 100, 'the rest waits');
    bus.resume(command.name);
    await untilAccepted(world, 100);
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves(
    'BP-6',
    'a publish that the broker keeps refusing is rejected in its time, and its room is free again',
    async (world) => {
      const command = numberedCommand(world);
      let isRefusing = true;
      const transport = wrapDriver(await world.connect(), {
        sender: (sender) => ({
          sendBatch: async (messages) => {
            if (!isRefusing) return sender.sendBatch(messages);
            return messages.map(() => ({ status: 'rejected', error: new Error('no') }));
          },
        }),
        driver: { codeOf: () => 'throttled' },
      });
      const options = { transport, unconfirmedMax: 2, publishRetryMs: 100 };
      const bus = await startConsumer(world, command, 'c', { bus: options });
      const refused = (): Promise<unknown> => bus.send(command, { key: 'k', seq: 1 });
      await Promise.all(
        Array.from({ length: 5 }, () =>
          checkBusRefuses('publish-rejected', 'the answer to a refused publish', refused),
        ),
      );
      checkEqual((await bus.health()).unconfirmed, 0, 'publishes that are waited for');
      isRefusing = false;
      await sendOne(world, bus, command);
      await untilAccepted(world, 1);
      checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
    },
  ),

  alone(
    proves(
      'BP-8',
      'a message that never works is tried at the pace of its backoff, without calls in between',
      async (world) => {
        const command = numberedCommand(world);
        let calls = 0;
        const counted =
          <Parameters extends readonly unknown[], Result>(call: (...parameters: Parameters) => Result) =>
          (...parameters: Parameters): Result => {
            calls += 1;
            return call(...parameters);
          };
        const transport = wrapDriver(await world.connect(), {
          receiver: ({ receiveBatch, settleBatch, extendBatch }) => ({
            receiveBatch: counted(receiveBatch),
            settleBatch: counted(settleBatch),
            extendBatch: counted(extendBatch),
          }),
        });
        const retry = { ...quickRetry, backoffMs: 50, backoffMsMax: 50, jitter: 0 };
        const work = (): never => {
          throw new Error('never works');
        };
        const handler = { onPoison: 'block-key', retry } as const;
        const bus = await startConsumer(world, command, 'c', { work, handler, bus: { transport } });
        await sendOne(world, bus, command);
        await eventually(world, 'it is tried', () => world.ledger.deliveries.length > 0);
        await world.clock.sleep(600);
        const attempts = world.ledger.deliveries.length;
        check(attempts >= 3 && attempts <= 14, `${attempts} attempts in 600 ms with 50 ms between them`);
        check(calls <= 40, `${calls} calls of the receiver in 600 ms, 40 may be`);
      },
    ),
  ),
];

async function heapIsFlat(world: World): Promise<void> {
  const schema = z.object({ key: z.string(), text: z.string() });
  const command = defineCommand({ name: world.runId, version: 1, schema, orderingKey: ({ key }) => key });
  const total = world.mode === 'soak' ? 100_000 : world.amount(1000);
  const address = { kind: 'command', channel: command.name, group: 'handler' } as const;
  const driver = await world.connect();
  const { leaseMs, settleMs } = world.harness.timing;
  await driver.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs }] });
  const publisher = await openBus(world);
  await publisher.start();
  await publishBacklog(total, async (keys) => {
    const text = 'x'.repeat(bodyChars);
    const payloads = keys.map((key) => ({ key, text }));
    await publisher.publishAll(command, payloads);
  });
  // What the publisher and its connection held is not to be taken for room.
  await publisher.stop();
  await world.clock.sleep(settleMs);
  const heapBytes = createHeapMeter(world);
  const before = await heapBytes();
  // Measured at a standstill, at the start and in the middle: in full flow it is a matter of load how many answers are being read just now.
  const gates = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()] as const;
  world.defer(async () => gates.forEach(({ resolve }) => resolve(undefined)));
  let handled = 0;
  const handle = async (): Promise<void> => {
    await gates[handled < total / 2 ? 0 : 1].promise;
    handled += 1;
  };
  const bus = await openBus(world);
  bus.handle(command, handle, { ...caseGuarantees(world), ...pace });
  await bus.start();
  await eventually(world, 'a handler runs', async () => ((await bus.health()).subscriptions[0]?.running ?? 0) > 0);
  await world.clock.sleep(settleMs);
  checkGrowth('while it waits', (await heapBytes()) - before);
  gates[0].resolve(undefined);
  await eventually(world, 'half of it is handled', () => handled >= total / 2, total * 10);
  await world.clock.sleep(settleMs);
  checkGrowth('when half of it is handled', (await heapBytes()) - before);
  gates[1].resolve(undefined);
  await eventually(world, 'all of it is handled', () => handled >= total, total * 10);
  checkGrowth('when it is handled', (await heapBytes()) - before);
  checkEqual(handled, total, 'what was handled');
}

/** In portions, so that the publisher itself holds little. */
async function publishBacklog(total: number, publish: (keys: readonly string[]) => Promise<void>): Promise<void> {
  const portion = keysOf(100);
  for (let published = 0; published < total; published += portion.length)
    await publish(portion.slice(0, total - published));
}

function checkGrowth(when: string, bytes: number): void {
  check(bytes <= growthBytesMax, `the heap grew by ${bytes} bytes ${when}, ${growthBytesMax} may be`);
}
