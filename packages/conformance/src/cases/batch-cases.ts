import { defineCommand } from '@waybill/core';
import type { SendOutcome, TransportCapabilities, TransportMessage } from '@waybill/core/driver';
import { z } from 'zod';
import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { proves } from './case.ts';

/** Many at once: publishers, batches, and what becomes of each entry. */
export const batchCases: readonly ConformanceCase[] = [
  proves('DEL-7', 'twenty publishers share one connection and lose nothing', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const perPublisher = world.amount(20);
    const publish = async (key: string): Promise<void> => {
      for (let seq = 1; seq <= perPublisher; seq += 1) await publishNumbered(world, bus, command, [key], 1, seq);
    };
    await Promise.all(keysOf(20).map(publish));
    await untilAccepted(world, 20 * perPublisher);
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves('DEL-7', 'one connection sends on three channels at once, each as many batches as it takes', async (world) => {
    const driver = await world.connect();
    const { batchesInFlightMax } = driver.capabilities.send;
    const channels = ['-a', '-b', '-c'];
    const stages = await Promise.all(channels.map((suffix) => openStage(world, { suffix, driver })));
    const sends = stages.map(async ({ send, receiver: open }, place) => {
      const batches = keysOf(Math.min(batchesInFlightMax, 16)).map((batch) => keysOf(10).map((id) => `${batch}-${id}`));
      const ids = batches.map((batch) => batch.map((id) => `${id}${channels[place] ?? ''}`));
      await Promise.all(ids.map((batch) => send(...batch.map((id) => message(id, { key: id })))));
      const receiver = await open({ unsettledMax: 1000 });
      const deliveries = await receiver.take(ids.flat().length);
      const arrived = deliveries.map((delivery) => delivery.message.id);
      checkEqual(arrived.toSorted(), ids.flat().toSorted(), `what came on channel ${place}`);
      await receiver.accept(...deliveries);
    });
    await Promise.all(sends);
    checkLedger(world);
  }),

  proves('DEL-12', 'a full batch is taken in one call, and more than that by the bus in several', async (world) => {
    const { driver, send, receiver: open } = await openStage(world);
    const { batchMax } = driver.capabilities.send;
    const ids = keysOf(batchMax);
    const outcomes = await send(...ids.map((id) => message(id, { key: id })));
    checkEqual(new Set(outcomes.map(({ status }) => status)), new Set(['confirmed']), 'the outcomes of a full batch');
    checkEqual(outcomes.length, batchMax, 'outcomes');
    const receiver = await open({ unsettledMax: batchMax });
    for (let left = batchMax; left > 0;) {
      const deliveries = await receiver.take(Math.min(left, 100));
      check(deliveries.length > 0, `${left} of the full batch are missing`);
      const settlements = deliveries.map(({ receipt }) => ({ receipt, action: 'accept' }) as const);
      await receiver.settleBatch(settlements);
      left -= deliveries.length;
    }
  }),

  proves('DEL-12', 'the bus splits what is more than a batch, by count', async (world) => {
    const command = numberedCommand(world);
    const batches: number[] = [];
    const transport = wrapDriver(await world.connect(), {
      sender: (sender) => ({
        sendBatch: (messages) => {
          batches.push(messages.length);
          return sender.sendBatch(messages);
        },
      }),
    });
    const { batchMax } = transport.capabilities.send;
    const bus = await startConsumer(world, command, 'c', { bus: { transport } });
    const total = batchMax + 1;
    await publishNumbered(world, bus, command, keysOf(total), 1);
    await untilAccepted(world, total);
    check(batches.length > 1, 'there were several batches');
    check(Math.max(...batches) <= batchMax, `the largest batch had ${Math.max(...batches)}, ${batchMax} are taken`);
    checkLedger(world);
  }),

  proves('DEL-12', 'the bus splits what is more than a batch, by bytes', splitsByBytes),

  proves('DEL-13', 'one bad payload among ten is refused by itself; the nine arrive in order', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const payloads = Array.from({ length: 10 }, (_, at) => ({ key: 'k', seq: at === 4 ? 0.5 : at }));
    const outcomes = await bus.publishAll(command, payloads);
    checkEqual(
      outcomes.map(({ status }) => status),
      payloads.map(({ seq }) => (seq === 0.5 ? 'rejected' : 'confirmed')),
      'the outcomes',
    );
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.status !== 'confirmed') continue;
      const { id: messageId } = outcome;
      world.ledger.publish({ runId: world.runId, key: 'k', seq: at + 1, messageId, outcome: 'confirmed' });
    }
    await untilAccepted(world, 9);
    await checkEmpty(world, commandAddress(command));
    checkLedger(world);
  }),

  proves(
    'DEL-13',
    'one message of ten that the broker refuses is rejected by itself; the nine arrive',
    async (world) => {
      const stage = await openStage(world);
      const { driver } = stage;
      const messages = keysOf(10).map((id) => message(id, { key: id }));
      messages[4] = refusable(driver.capabilities);
      const outcomes = await stage.send(...messages);
      const due = messages.map((_, at) => (at === 4 ? 'rejected' : 'confirmed'));
      checkEqual(outcomes.map(statusOf), due, 'the outcomes');
      const bad = outcomes[4];
      const code = bad?.status === 'rejected' ? driver.codeOf(bad.error) : 'none';
      check(
        code === 'message-too-large' || code === 'message-invalid',
        `the bad one is refused with a code of its own, not ${code}`,
      );
      const receiver = await stage.receiver();
      await receiver.accept(...(await receiver.take(9)));
      await checkEmpty(world, stage.address);
      checkLedger(world);
    },
  ),

  proves('DEL-13', 'what follows a refused message of its key is as declared', async (world) => {
    const stage = await openStage(world);
    const { afterFailure } = stage.driver.capabilities.send;
    const good = ['m1', 'm3', 'm4'].map((id) => message(id, { key: 'k' }));
    const bad = { ...refusable(stage.driver.capabilities), id: 'm2' };
    // Where only the key itself can be refused, the bad message has a key of its own and stops nobody.
    const outcomes = (await stage.send(...good.slice(0, 1), bad, ...good.slice(1))).map(statusOf);
    const stops = afterFailure === 'stops-key' && bad.key === 'k';
    const due = stops
      ? ['confirmed', 'rejected', 'rejected', 'rejected']
      : ['confirmed', 'rejected', 'confirmed', 'confirmed'];
    checkEqual(outcomes, due, 'the outcomes');
  }),

  proves('DEL-14', 'accepted and released entries of one settlement are honoured one by one', async (world) => {
    const stage = await openStage(world);
    const ids = keysOf(10);
    await stage.send(...ids.map((id) => message(id, { key: id })));
    const receiver = await stage.receiver();
    const held = await receiver.take(10);
    const isReleased = (id: string): boolean => Number(id.slice(1)) % 3 === 0;
    const ends = held.map((delivery) => isReleased(delivery.message.id));
    const outcomes = await receiver.settleBatch(
      held.map(({ receipt }, at) =>
        ends[at] === true ? { receipt, action: 'release', delayMs: 0 } : { receipt, action: 'accept' },
      ),
    );
    checkEqual(new Set(outcomes.map(({ status }) => status)), new Set(['settled']), 'the answers');
    const again = await receiver.take(3);
    checkEqual(
      again.map((delivery) => delivery.message.id).toSorted(),
      ids.filter(isReleased).toSorted(),
      'what came again',
    );
    await receiver.accept(...again);
    await checkEmpty(world, stage.address);
  }),
];

const statusOf = ({ status }: SendOutcome): string => status;

/**
 * A message just beyond a limit that the driver declares; an empty key where it declares none. Not one of too many bytes: it would not
 * fit into a batch with others, which core sees to.
 */
function refusable({ message: limits, delay }: TransportCapabilities): TransportMessage {
  if (delay.delayMsMax < Infinity) return message('bad', { key: 'k', delayMs: delay.delayMsMax + 1 });
  if (limits.headersMax === Infinity) return message('bad', { key: '' });
  const headers = Object.fromEntries(keysOf(limits.headersMax + 1).map((name) => [name, '']));
  return message('bad', { key: 'k', headers });
}

const schema = z.object({ at: z.int(), text: z.string() });

/** Three messages of which any two are more than a batch. Where a batch of bytes has no limit there is nothing to split. */
async function splitsByBytes(world: World): Promise<void> {
  const batches: number[] = [];
  const transport = wrapDriver(await world.connect(), {
    sender: (sender) => ({
      sendBatch: (messages) => {
        batches.push(messages.reduce((bytes, { body }) => bytes + body.byteLength, 0));
        return sender.sendBatch(messages);
      },
    }),
  });
  const { send, message: limits } = transport.capabilities;
  const textBytes = Math.min(Math.ceil(send.batchBytesMax * 0.55), limits.bytesMax - 2048);
  checkApplies(textBytes < Infinity, 'neither a message nor a batch has a limit of bytes');
  const command = defineCommand({ name: world.runId, version: 1, schema, orderingKey: ({ at }) => `k${at}` });
  const bus = await openBus(world, { transport, limits: { bodyBytesMax: textBytes * 2 } });
  const handled: number[] = [];
  bus.handle(command, ({ at, text }) => void handled.push(at * text.length), { durability: 'volatile', order: 'none' });
  await bus.start();
  const text = 'x'.repeat(textBytes);
  const outcomes = await bus.publishAll(
    command,
    [1, 2, 3].map((at) => ({ at, text })),
  );
  checkEqual(
    outcomes.map(({ status }) => status),
    ['confirmed', 'confirmed', 'confirmed'],
    'the outcomes',
  );
  check(
    Math.max(...batches) <= send.batchBytesMax,
    `a batch of ${Math.max(...batches)} bytes, ${send.batchBytesMax} are taken`,
  );
  await eventually(world, 'all three are handled', () => handled.length === 3);
  checkEqual(
    handled.toSorted((one, other) => one - other),
    [1, 2, 3].map((at) => at * textBytes),
    'what was handled',
  );
}
