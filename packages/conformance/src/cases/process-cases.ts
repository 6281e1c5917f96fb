import type { Command, HandlerContext } from '@waybill/core';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes, patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import type { DeliveryRecord } from '../ledger/ledger.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { startMortalPublisher } from '../stage/mortal-publisher.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { idOf, keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumerChild, startPublisherChild } from '../stage/start-child.ts';
import { startConsumer, steady, untilAccepted } from '../stage/start-consumer.ts';
import { startVictim, victimHolds, victimHoldsMax } from '../stage/start-victim.ts';
import { alone, proves } from './case.ts';

/** Processes of their own, which end, are killed, freeze and stall for real where the broker is outside of this one. */
export const processCases: readonly ConformanceCase[] = [
  proves(
    'LIF-16',
    'a process whose bus has stopped ends by itself',
    async (world) => {
      const child = await startConsumerChild(world, numberedCommand(world), 'child');
      const startMs = world.clock.monotonic();
      checkEqual(await child.stop(), 0, 'the exit code');
      const tookMs = world.clock.monotonic() - startMs;
      check(tookMs < 5000, `the process took ${tookMs} ms to end`);
    },
    patientModes,
  ),

  proves(
    'FLT-6',
    'consumers killed in the middle of their work lose nothing and keep the order of every key',
    async (world) => {
      const command = numberedCommand(world);
      const kills = world.mode === 'fault' ? 10 : 2;
      const keys = keysOf(20);
      const perKey = world.amount(15) * kills;
      const total = keys.length * perKey;
      const publisher = await openBus(world);
      let victim = await startVictim(world, command, 'victim1', 10);
      await publisher.start();
      const publishing = publishNumbered(world, publisher, command, keys, perKey);
      for (let round = 1; round <= kills; round += 1) {
        const due = (total * round) / (kills + 1);
        await eventually(world, `${due} messages are handled`, () => acceptedCount(world) >= due, lateMs);
        const running = untilHolds(world, `victim${round}`);
        await running;
        await victim.kill();
        victim = await startVictim(world, command, `victim${round + 1}`, 10);
      }
      await publishing;
      await untilAccepted(world, total, '', lateMs);
      checkMidWork(world, kills);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world, { duplicatesMax: kills * victimHoldsMax });
    },
    faultModes,
  ),

  proves(
    'FLT-7',
    'what a frozen consumer held is handled by another, and when it wakes it does no harm and works again',
    async (world) => {
      const { child } = world.harness;
      const command = numberedCommand(world);
      // Where a process cannot be frozen, a receiver falls silent in its place.
      if (child?.sharesBroker !== true) return silentConsumer(world);
      const keys = keysOf(5);
      const zombie = await startConsumerChild(world, command, 'zombie', { ...victimHolds, workMs: 200 });
      const publisher = await openBus(world);
      await publisher.start();
      await publishNumbered(world, publisher, command, keys, 4);
      await untilHolds(world, 'zombie');
      zombie.freeze();
      const heir = await startConsumer(world, command, 'heir', { handler: victimHolds });
      await untilAccepted(world, 20, '', lateMs);
      zombie.thaw();
      await checkEmpty(world, commandAddress(command));
      await heir.stop();
      await publishNumbered(world, publisher, command, keys, 2, 5);
      await untilAccepted(world, 10, 'zombie-again', lateMs);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world, { duplicatesMax: victimHoldsMax });
    },
    faultModes,
  ),

  proves(
    'FLT-8',
    'of a publisher killed in the middle all that was confirmed is there, and of every key the beginning',
    async (world) => {
      const command = numberedCommand(world);
      const keys = keysOf(10);
      const perKey = world.amount(200);
      await publishUntilKilled(world, command, keys, perKey);
      const { publishes } = world.ledger;
      const confirmed = publishes.filter(({ outcome }) => outcome === 'confirmed').length;
      check(
        confirmed > 0 && confirmed < keys.length * perKey,
        `it died after ${confirmed} confirmations, in the middle`,
      );
      await startConsumer(world, command, 'c', { handler: steady });
      await untilAccepted(world, confirmed, '', lateMs);
      await checkEmpty(world, commandAddress(command));
      for (const key of keys) checkEqual(holeOf(world, key), undefined, `the first of ${key} that is missing`);
      checkLedger(world);
    },
    faultModes,
  ),

  alone(
    proves(
      'FLT-17',
      'a consumer whose process stands still for long loses nothing, whether it keeps its session or not',
      async (world) => {
        const command = numberedCommand(world);
        const publisher = await openBus(world);
        await publisher.start();
        const { stallMs, aborted } = await startStalling(world, command);
        await publishNumbered(world, publisher, command, ['k1', 'k2', 'k3'], 4);
        await eventually(world, 'the handler stalls', () => world.ledger.deliveries.length > 0);
        await startConsumer(world, command, 'other', { handler: victimHolds });
        await untilAccepted(world, 12, '', stallMs + lateMs);
        await untilAwake(world, stallMs, aborted);
        await checkEmpty(world, commandAddress(command));
        const unaware = handledTwice(world).filter((messageId) => !aborted.includes(messageId));
        const unawareMax = world.harness.repeatsMax ?? 0;
        checkEqual(unaware.slice(unawareMax), [], 'messages handled twice, of which the one that stalled was not told');
        checkLedger(world, { duplicatesMax: victimHoldsMax, zombie: 'stalling' });
      },
      faultModes,
    ),
  ),
];

/** What a kill, a lost session or a new process may take. */
const lateMs = 40_000;

function untilHolds({ ledger, ...world }: World, consumerId: string): Promise<void> {
  const isAtWork = (): boolean =>
    ledger.deliveries.some((each) => each.consumerId === consumerId && each.outcome === undefined);
  return eventually({ ledger, ...world }, `${consumerId} is at work`, isAtWork, lateMs);
}

/** A kill that hit nobody at work proves nothing. */
function checkMidWork({ ledger }: World, kills: number): void {
  const lost = new Set(
    ledger.deliveries.filter(({ outcome }) => outcome === 'lost').map(({ consumerId }) => consumerId),
  );
  checkEqual(lost.size, kills, 'consumers that died at work');
}

/** The first number of a key that did not come although a later one did. */
function holeOf(world: World, key: string): number | undefined {
  const came = new Set(world.ledger.deliveries.map(({ messageId }) => messageId));
  const places = world.ledger.publishes.filter((each) => each.key === key && came.has(each.messageId));
  const last = Math.max(0, ...places.map(({ seq }) => seq));
  return Array.from({ length: last }, (_, at) => at + 1).find((seq) => !came.has(idOf(world, key, seq)));
}

/** The same without a process: a receiver that holds a key, says nothing beyond its lease, and then speaks again. */
async function silentConsumer(world: World): Promise<void> {
  const stage = await openStage(world);
  await stage.send(message('m1', { key: 'k' }), message('m2', { key: 'k' }));
  const zombie = await stage.receiver({ driver: await world.connect() });
  const stale = await zombie.takeOne();
  const end = zombie.begin(stale);
  await world.clock.sleep(world.harness.timing.leaseMs * 1.5);
  world.ledger.bury(zombie.consumerId);
  world.ledger.fault('consumer silent');
  const heir = await stage.receiver();
  await heir.accept(await heir.takeOne());
  const next = await heir.takeOne();
  // Whatever it is told: it takes nothing from who holds the key now.
  await end('accept');
  checkEqual(await world.harness.admin.inFlight(stage.address), 1, 'what is handed out after the late acceptance');
  checkEqual(await zombie.take(1, world.harness.timing.settleMs), [], 'what it gets of a key that is held');
  await heir.accept(next);
  await stage.send(message('m3', { key: 'k' }));
  await heir.close();
  const awake = await zombie.takeOne();
  checkEqual(awake.message.id, 'm3', 'what it gets when the key is free');
  await zombie.settleBatch([{ receipt: awake.receipt, action: 'accept' }]);
  world.ledger.deliver({ consumerId: 'awake', pid: process.pid, messageId: 'm3', key: 'k', attempt: awake.attempt })(
    'accepted',
  );
  await checkEmpty(world, stage.address);
  checkLedger(world);
}

/** Publishes until about a third is confirmed. What had no answer by then is unknown. */
async function publishUntilKilled(
  world: World,
  command: Command<Numbered>,
  keys: readonly string[],
  perKey: number,
): Promise<void> {
  const { ledger, runId } = world;
  // Somebody must have made the topology; a bus that only sends does not.
  const founder = await startConsumer(world, command, 'founder', { handler: steady });
  await founder.stop();
  const due = Math.floor((keys.length * perKey) / 3);
  if (world.harness.child?.sharesBroker === true) {
    const child = await startPublisherChild(world, command, 'publisher', { keys, perKey });
    const isDue = (): boolean => ledger.publishes.length >= due;
    await eventually(world, `${due} publishes are answered`, isDue, lateMs);
    await child.kill();
  } else {
    await startMortalPublisher(world, command, { keys, perKey, diesAfter: due });
  }
  const answered = new Set(ledger.publishes.map(({ messageId }) => messageId));
  for (const key of keys) {
    for (let seq = 1; seq <= perKey; seq += 1) {
      const messageId = idOf(world, key, seq);
      if (!answered.has(messageId)) ledger.publish({ runId, key, seq, messageId, outcome: 'unknown' });
    }
  }
}

interface Stalling {
  readonly stallMs: number;
  /** Messages whose handlers were told that they are no longer theirs. */
  readonly aborted: readonly string[];
}

/** A consumer whose first handler blocks its process. */
async function startStalling(world: World, command: Command<Numbered>): Promise<Stalling> {
  const { child, timing } = world.harness;
  if (child?.sharesBroker === true) {
    const { aborted } = await startConsumerChild(world, command, 'stalling', {
      ...victimHolds,
      stallMs: 4000,
      workMs: 100,
    });
    return { stallMs: 4000, aborted };
  }
  const stallMs = timing.leaseMs * 2;
  const aborted: string[] = [];
  let hasStalled = false;
  const work = async (_: Numbered, { signal, envelope }: HandlerContext): Promise<void> => {
    signal.addEventListener('abort', () => aborted.push(envelope.id), { once: true });
    if (hasStalled) return;
    hasStalled = true;
    const untilMs = world.clock.monotonic() + stallMs;
    while (world.clock.monotonic() < untilMs) {
      // Nothing else of this process runs meanwhile.
    }
    // Where a lease ran out meanwhile, this is the first moment at which the handler can be told.
    await world.clock.sleep(100);
  };
  await startConsumer(world, command, 'stalling', { handler: victimHolds, work });
  return { stallMs, aborted };
}

/** The stall is over when what it held up has ended or was called off. A stall that was none proves nothing. */
async function untilAwake(world: World, stallMs: number, aborted: readonly string[]): Promise<void> {
  const [first] = world.ledger.deliveries;
  check(first?.consumerId === 'stalling', 'the first handler is the one that stalls');
  const current = (): DeliveryRecord | undefined => world.ledger.deliveries[0];
  const isAwake = (): boolean => current()?.outcome !== undefined || aborted.includes(first.messageId);
  await eventually(world, 'the process goes on', isAwake, stallMs + lateMs);
  const endMs = current()?.endMs ?? world.clock.monotonic();
  check(endMs - first.startMs >= stallMs * 0.9, 'the handler has stalled its process');
  world.ledger.fault('process stalled');
}

function handledTwice({ ledger }: World): readonly string[] {
  const accepted = ledger.deliveries.filter(({ outcome }) => outcome === 'accepted').map(({ messageId }) => messageId);
  return [...new Set(accepted.filter((messageId, at) => accepted.indexOf(messageId) !== at))];
}
