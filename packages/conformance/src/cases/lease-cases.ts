import { isBusError } from '@waybill/core';
import type { HandlerContext } from '@waybill/core';
import { check, checkApplies, checkEqual, need } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes, patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkHandedOut } from '../stage/check-settled.ts';
import { sendOne } from '../stage/dead-letters.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { startConsumer } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, needing, proves, refuses } from './case.ts';

/** How long a delivery belongs to its receiver, and what becomes of it then. */
export const leaseCases: readonly ConformanceCase[] = [
  proves(
    'ACK-7',
    'what a silent receiver holds goes to another when the lease runs out',
    async (world) => {
      const stage = await openStage(world);
      await stage.send(message('m1', { key: 'k' }));
      const silent = await stage.receiver();
      await silent.takeOne();
      const other = await stage.receiver({ driver: await world.connect() });
      const { leaseMs, settleMs } = world.harness.timing;
      checkEqual(await other.take(1, leaseMs / 3), [], 'what the other got while the lease held');
      const [again] = await other.take(1, leaseMs * 3 + settleMs);
      checkEqual(again?.message.id, 'm1', 'what the other got after the lease');
    },
    patientModes,
  ),

  alone(
    proves(
      'ACK-8',
      'a delivery that is extended stays with its receiver beyond its lease',
      async (world) => {
        const stage = await openStage(world);
        await stage.send(message('m1', { key: 'k' }));
        const slow = await stage.receiver();
        const held = await slow.takeOne();
        const other = await stage.receiver({ driver: await world.connect() });
        const { leaseMs } = world.harness.timing;
        for (let round = 0; round < 6; round += 1) {
          checkEqual(await slow.extendBatch([held.receipt], leaseMs), ['extended'], 'the answer to an extension');
          checkEqual(await other.take(1, leaseMs / 2), [], 'what the other got meanwhile');
        }
        await slow.accept(held);
        await checkEmpty(world, stage.address);
      },
      patientModes,
    ),
  ),

  proves('ACK-7', 'the longest lease is granted, and one millisecond more is refused at start', async (world) => {
    const { leaseMsMax } = (await world.connect()).capabilities.lease;
    checkApplies(leaseMsMax < Infinity, 'a lease of any length is granted');
    const startWith = async (leaseMs: number, suffix: string): Promise<void> => {
      const bus = await openBus(world);
      bus.handle(numberedCommand(world, suffix), () => undefined, { order: 'none', durability: 'volatile', leaseMs });
      await bus.start();
    };
    await startWith(leaseMsMax, '-edge');
    await checkBusRefuses('plan-refused', 'a lease beyond the edge', () => startWith(leaseMsMax + 1, '-beyond'));
  }),

  refuses(
    'ACK-7',
    'no lease ends by time: a silent receiver keeps what it holds until its connection ends',
    needing(['abandon'], async (world, { abandon }) => {
      const driver = await world.connect();
      checkEqual(driver.capabilities.lease.kind, 'connection', 'the lease that is declared');
      const stage = await openStage(world);
      await stage.send(message('m1', { key: 'k' }));
      const silent = await stage.receiver({ driver });
      await silent.takeOne();
      const other = await stage.receiver({ driver: await world.connect() });
      checkEqual(
        await other.take(1, world.harness.timing.leaseMs * 3),
        [],
        'what the other got while the silent one lived',
      );
      await abandon(driver);
      checkEqual((await other.takeOne()).message.id, 'm1', 'what the other got after it');
    }),
  ),

  refuses('ACK-7', 'a handler that may outlast what a connection may hold is refused at start', async (world) => {
    const transport = await world.connect();
    const { holdMsMax } = transport.capabilities.lease;
    checkApplies(holdMsMax < Infinity, 'a connection may hold for ever');
    const startWith = async (handlerTimeoutMs: number, suffix: string): Promise<void> => {
      const bus = await openBus(world, { transport: await world.connect() });
      bus.handle(numberedCommand(world, suffix), () => undefined, { ...caseGuarantees(world), handlerTimeoutMs });
      await bus.start();
    };
    await startWith(holdMsMax, '-edge');
    if (holdMsMax < Infinity) {
      await checkBusRefuses('plan-refused', 'a handler beyond the edge', () => startWith(holdMsMax + 1, '-beyond'));
    }
  }),

  alone(
    proves(
      'ACK-9',
      'a hold that has ended is told, and a late acceptance takes nothing from the new holder',
      async (world) => {
        const stage = await openStage(world);
        await stage.send(message('m1', { key: 'k' }));
        const zombie = await stage.receiver();
        const stale = await zombie.takeOne();
        const kind = await endHolds(world);
        await eventually(world, 'the loss is told', () => zombie.lost.length > 0);
        checkEqual(zombie.lost, [stale.receipt], 'the receipts that were told as lost');
        // With a new connection it would be the first to be given its message again.
        if (kind === 'connection') await zombie.close();
        const other = await stage.receiver({ driver: await world.connect() });
        const again = await other.takeOne();
        await zombie.settleBatch([{ receipt: stale.receipt, action: 'accept' }]).catch(() => []);
        await checkHandedOut(world, stage.address, 1);
        await other.release(again);
        checkEqual((await other.takeOne()).message.id, 'm1', 'what came again');
      },
      faultModes,
    ),
  ),

  alone(
    proves(
      'ACK-9',
      'a late acceptance is not answered as if it had been in time',
      needing(['lateAnswers'], async (world) => {
        const stage = await openStage(world);
        await stage.send(message('m1', { key: 'k' }));
        const zombie = await stage.receiver();
        const stale = await zombie.takeOne();
        const kind = await endHolds(world);
        if (kind === 'connection') await zombie.close();
        const other = await stage.receiver({ driver: await world.connect() });
        const again = await other.takeOne();
        const late = await zombie.settleBatch([{ receipt: stale.receipt, action: 'accept' }]).catch(() => []);
        check(late[0]?.status !== 'settled', 'the late acceptance is not answered with settled');
        await other.accept(again);
        await checkEmpty(world, stage.address);
      }),
      faultModes,
    ),
  ),

  alone(
    proves(
      'ACK-9',
      'a handler whose message is no longer its own is told at once, and another one handles it',
      async (world) => {
        const command = numberedCommand(world);
        let reason: unknown;
        let calls = 0;
        const work = async (_: Numbered, { signal }: HandlerContext): Promise<void> => {
          calls += 1;
          if (calls > 1) return;
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          reason = signal.reason;
        };
        const transport = wrapDriver(await world.connect(), { receiver: () => ({ extendBatch: neverArrives }) });
        const bus = await startConsumer(world, command, 'c', { work, bus: { transport } });
        await sendOne(world, bus, command);
        await eventually(world, 'the handler runs', () => calls === 1);
        const begunMs = world.clock.monotonic();
        await endHolds(world);
        await eventually(world, 'the handler is told', () => reason !== undefined);
        const toldMs = world.clock.monotonic() - begunMs;
        const { leaseMs, settleMs } = world.harness.timing;
        check(toldMs < leaseMs * 2 + settleMs, `the handler was told after ${toldMs} ms with a lease of ${leaseMs} ms`);
        check(isBusError(reason) && reason.code === 'lease-lost', `it was told lease-lost, not ${String(reason)}`);
        await eventually(world, 'the message is handled again', () => calls === 2);
      },
      faultModes,
    ),
  ),
];

/** Renewals that the broker does not hear of. */
const neverArrives = (): Promise<never> => Promise.reject(new Error('the renewal was lost'));

/** Waits until every lease has run out; ends the connections where a hold lasts as long as its own. @throws NotRunnable */
async function endHolds(world: World): Promise<'time' | 'connection'> {
  const { timing, faults } = world.harness;
  const { kind } = (await world.connect()).capabilities.lease;
  if (kind === 'time') await world.clock.sleep(timing.leaseMs * 1.5);
  else await need(faults.endHolds ?? faults.cutConnections, 'way to cut connections')();
  return kind;
}
