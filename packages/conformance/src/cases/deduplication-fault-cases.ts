import { MemoryStoreError } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import type { CrashBoundary } from '@waybill/core/testing';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { NotRunnable } from '../harness/conformance-failure.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { letterOf, quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { deduplicatedCommand, keyedCommand } from '../stage/deduplicated-contract.ts';
import { readEffects, untilEffects, writeEffect } from '../stage/effects.ts';
import { message } from '../stage/message.ts';
import { startMortalConsumer } from '../stage/mortal-consumer.ts';
import { commandAddress, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { openStore } from '../stage/open-store.ts';
import { startConsumer } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { proves } from './case.ts';

const once = { effect: 'once', retry: quickRetry } as const;
const payload = { key: 'k', seq: 1 };
/** From the hand-out of a delivery to the answer of its settlement. */
const boundaries: readonly CrashBoundary[] = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8'];

/** One effect when the steps between delivery, claim, commit and settlement are torn apart. */
export const deduplicationFaultCases: readonly ConformanceCase[] = [
  proves(
    'DUP-1',
    'one identity with two payloads has one effect, and the second is put aside, not dropped',
    async (world) => {
      const command = keyedCommand(world);
      const store = openStore(world);
      const bus = await startConsumer(world, command, 'c', { work: writeEffect(world), handler: once, bus: { store } });
      await bus.send(command, { key: 'k', seq: 1 });
      await bus.send(command, { key: 'k', seq: 2 });
      await checkEmpty(world, commandAddress(command));
      checkEqual(await readEffects(store), [{ key: 'k', seq: 1 }], 'the effects');
      const { capabilities } = await world.connect();
      // A broker that knows identities itself has swallowed the second one.
      if (capabilities.deduplication.level !== 'unsupported') return;
      checkEqual((await letterOf(bus)).reason, 'fingerprint-conflict', 'why the second one is put aside');
    },
  ),

  proves('DUP-2', 'a broker with a window knows an identity inside it and has forgotten it after', async (world) => {
    const stage = await openStage(world);
    const { windowMs } = stage.driver.capabilities.deduplication;
    const { patienceMs, settleMs } = world.harness.timing;
    if (windowMs > patienceMs) throw new NotRunnable(`the window of ${windowMs} ms is longer than a case may wait`);
    check(windowMs > settleMs, `a window of ${windowMs} ms is promised`);
    const receiver = await stage.receiver();
    await stage.send(message('m1', { key: 'k', deduplicationKey: 'd' }));
    await stage.send(message('m2', { key: 'k', deduplicationKey: 'd' }));
    await receiver.accept(await receiver.takeOne());
    checkEqual(await receiver.take(1, settleMs), [], 'what came of the second one');
    await world.clock.sleep(windowMs);
    await stage.send(message('m3', { key: 'k', deduplicationKey: 'd' }));
    checkEqual((await receiver.takeOne()).message.id, 'm3', 'what came after the window');
  }),

  proves(
    'DUP-3',
    'an identity that became a dead letter is free: sent again and replayed, it has one effect',
    async (world) => {
      const command = deduplicatedCommand(world);
      const store = openStore(world);
      const write = writeEffect(world);
      let isBroken = true;
      const work: typeof write = (...given) => {
        write(...given);
        if (isBroken) throw new Error('after its writes');
      };
      const handler = { ...once, retry: { ...quickRetry, attemptsMax: 2 } };
      const bus = await startConsumer(world, command, 'c', { work, handler, bus: { store } });
      await bus.send(command, payload);
      await untilLetters(world, bus, 1);
      checkEqual(await readEffects(store), [], 'effects of attempts that failed');
      isBroken = false;
      await bus.send(command, payload);
      await checkEmpty(world, commandAddress(command));
      checkEqual(await bus.deadLetters.replay({}), { replayed: 1, failed: 0, held: 0 }, 'the report of the replay');
      checkEqual(await readEffects(store), [payload], 'the effects');
    },
  ),

  proves('DUP-7', 'a publish of unknown outcome that the caller repeats under its id has one effect', async (world) => {
    const command = deduplicatedCommand(world);
    const store = openStore(world);
    let isAnswerLost = true;
    const transport = wrapDriver(await world.connect(), {
      sender: (sender) => ({
        sendBatch: async (messages) => {
          const outcomes = await sender.sendBatch(messages);
          const error = new Error('the answer is lost');
          return isAnswerLost ? messages.map(() => ({ status: 'unknown', error })) : outcomes;
        },
      }),
    });
    const options = { work: writeEffect(world), handler: once, bus: { store, transport, publishRetryMs: 0 } };
    const bus = await startConsumer(world, command, 'c', options);
    const send = (): Promise<unknown> => bus.send(command, payload, { id: 'm1' });
    await checkBusRefuses('publish-unknown', 'the answer to a publish whose outcome nobody knows', send);
    isAnswerLost = false;
    await send();
    await checkEmpty(world, commandAddress(command));
    checkEqual(await readEffects(store), [payload], 'the effects');
  }),

  proves('DUP-8', 'a commit whose answer is lost is found done by the next attempt', async (world) => {
    const command = deduplicatedCommand(world);
    const inner = openStore(world);
    let lost = 0;
    const store: StoreDriver = {
      ...inner,
      transaction: async (work) => {
        const result = await inner.transaction(work);
        if ((await readEffects(inner)).length === 0 || lost === 2) return result;
        lost += 1;
        throw new MemoryStoreError('commit-unknown', 'The answer to the commit is lost.');
      },
    };
    const bus = await startConsumer(world, command, 'c', { work: writeEffect(world), handler: once, bus: { store } });
    await bus.send(command, payload);
    await eventually(world, 'answers are lost', () => lost === 2);
    await checkEmpty(world, commandAddress(command));
    checkEqual(await readEffects(inner), [payload], 'the effects');
    checkEqual((await bus.deadLetters.list()).letters, [], 'the dead letters');
  }),

  proves(
    'DUP-10',
    'a consumer that is killed at any step from delivery to settlement leaves exactly one effect',
    async (world) => {
      await Promise.all(boundaries.map((boundary) => surviveDeathAt(world, boundary)));
    },
    faultModes,
  ),
];

async function surviveDeathAt(world: World, diesAt: CrashBoundary): Promise<void> {
  const command = deduplicatedCommand(world, `-${diesAt.toLowerCase()}`);
  const store = openStore(world);
  const options = { work: writeEffect(world), handler: once, bus: { store } };
  const victim = await startMortalConsumer(world, command, `victim ${diesAt}`, { ...options, diesAt });
  const publisher = await openBus(world);
  await publisher.start();
  await publisher.send(command, payload);
  await eventually(world, `the consumer dies at ${diesAt}`, victim.hasDied);
  await victim.kill();
  await startConsumer(world, command, `heir ${diesAt}`, options);
  await untilEffects(world, store, 1);
  await checkEmpty(world, commandAddress(command));
  checkEqual(await readEffects(store), [payload], `effects after a death at ${diesAt}`);
}
