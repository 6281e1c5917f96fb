import { memoryStore } from '@waybill/core';
import type { HandlerContext, HandlerOptions } from '@waybill/core';
import type { Clock } from '@waybill/core/driver';
import { createProcessGate, watchBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';
import { checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStore } from '../stage/open-store.ts';
import { idOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { proves } from './case.ts';

/** Sends that belong to the handling of a message or to a transaction, and sends that do not. */
export const atomicSendCases: readonly ConformanceCase[] = [
  proves('DEL-18', 'what a failing handler has sent does not leave, and what its success sends leaves once', (world) =>
    sendsOnSuccess(world, { effect: 'at-least-once' }),
  ),

  proves('DEL-18', 'the same with the handler in a transaction of the store', (world) =>
    sendsOnSuccess(world, { effect: 'once' }),
  ),

  proves('DEL-18', 'a transaction that fails sends nothing, one that commits sends all in order', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const sendTwo = (fails: boolean, from: number): Promise<void> =>
      bus.transaction(async ({ send }) => {
        for (const seq of [from, from + 1]) await send(command, { key: 'k', seq }, { id: idOf(world, 'k', seq) });
        if (fails) throw new Error('rolled back');
      });
    await sendTwo(true, 1).catch(() => undefined);
    await sendTwo(false, 3);
    await untilAccepted(world, 2);
    await checkEmpty(world, commandAddress(command));
    const handled = world.ledger.deliveries.map(({ messageId }) => messageId);
    checkEqual(
      handled,
      [3, 4].map((seq) => idOf(world, 'k', seq)),
      'what was handled',
    );
  }),

  proves(
    'DEL-19',
    'what a handler sends past its context leaves, although the handler fails for good',
    async (world) => {
      const command = numberedCommand(world);
      const other = numberedCommand(world, '-other');
      const publisher = await openBus(world);
      await publisher.start();
      await startConsumer(world, other, 'other');
      const work = async (): Promise<void> => {
        await publishNumbered(world, publisher, other, ['immediate'], 1);
        throw new Error('for good');
      };
      const handler = { retry: { ...quickRetry, attemptsMax: 1 } };
      const bus = await startConsumer(world, command, 'c', { work, handler });
      await bus.send(command, { key: 'k', seq: 1 });
      await untilLetters(world, bus, 1);
      await untilAccepted(world, 1, 'other');
      checkLedger(world, { consumers: 'other' });
    },
  ),

  proves(
    'DEL-20',
    'what was committed is sent by the next process wherever the last one died, and has one effect',
    async (world) => {
      const boundaries: readonly CrashBoundary[] = ['P4', 'R1', 'R2', 'R3', 'R4', 'R5'];
      await Promise.all(boundaries.map((at) => dieAndRecover(world, at)));
      await untilAccepted(world, boundaries.length * perCrash, '', 10_000);
      checkLedger(world);
    },
    faultModes,
  ),

  proves('DEL-20', 'what was not committed when the process died is never sent', async (world) => {
    const command = await dieAndRecover(world, 'P3');
    await world.clock.sleep(world.harness.timing.settleMs);
    checkEqual(world.ledger.deliveries, [], 'what was handled');
    await checkEmpty(world, commandAddress(command));
  }),
];

/** A handler that sends on and fails twice before it succeeds; a last message never succeeds. */
async function sendsOnSuccess(world: World, handler: HandlerOptions): Promise<void> {
  const command = numberedCommand(world);
  const next = numberedCommand(world, '-next');
  let calls = 0;
  const work = async ({ seq }: Numbered, context: HandlerContext): Promise<void> => {
    const id = idOf(world, 'sent', seq);
    await context.send(next, { key: 'sent', seq }, { id });
    calls += 1;
    if (calls < 3 || seq === 2) throw new Error('after the send');
  };
  const retry = { ...quickRetry, attemptsMax: 4 };
  await startConsumer(world, next, 'next');
  const bus = await startConsumer(world, command, 'c', { work, handler: { ...handler, retry } });
  await publishNumbered(world, bus, command, ['k'], 2);
  await untilLetters(world, bus, 1);
  await untilAccepted(world, 1, 'next');
  await checkEmpty(world, commandAddress(next));
  const sent = world.ledger.deliveries.filter(({ consumerId }) => consumerId === 'next');
  checkEqual(
    sent.map(({ messageId }) => messageId),
    [idOf(world, 'sent', 1)],
    'what was sent on and handled',
  );
}

const perCrash = 3;

/** A process sends through its outbox and dies at the boundary; the next one opens the same store when the leases of the dead are over. */
async function dieAndRecover(world: World, at: CrashBoundary) {
  const { clock } = world;
  const command = numberedCommand(world, `-${at.toLowerCase()}`);
  const gate = createProcessGate();
  const boundaries = watchBoundaries({ gate, at });
  const process = { gate, boundaries };
  const store = openStore(world);
  const transport = await world.connect();
  const doomed = await openBus(world, { store, transport, process, publishing: 'outbox' });
  await doomed.start();
  for (let seq = 1; seq <= perCrash; seq += 1) {
    const id = idOf(world, at, seq);
    void doomed.send(command, { key: at, seq }, { id });
    if (at !== 'P3') world.ledger.publish({ runId: world.runId, key: at, seq, messageId: id, outcome: 'confirmed' });
  }
  await eventually(world, `the process dies at ${at}`, () => gate.status === 'dead');
  await world.harness.faults.abandon?.(transport);
  const heirs = memoryStore({ clock: laterClock(clock, relayLeaseMs), state: store.state });
  const handler = { effect: 'once' } as const;
  await startConsumer(world, command, `heir-${at}`, { handler, bus: { store: heirs, publishing: 'outbox' } });
  return command;
}

/** Longer than a relay that died keeps others from its messages. */
const relayLeaseMs = 11_000;

const laterClock = (clock: Clock, byMs: number): Clock => ({
  ...clock,
  now: () => clock.now() + byMs,
  monotonic: () => clock.monotonic() + byMs,
});
