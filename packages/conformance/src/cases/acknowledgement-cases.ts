import { check, checkEqual, checkFindings } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { findBrokenAttempts } from '../oracle/find-broken-attempts.ts';
import { checkEmpty, checkHandedOut, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { openStage } from '../stage/open-stage.ts';
import { proves } from './case.ts';

/** Settling, leases and what comes back. */
export const acknowledgementCases: readonly ConformanceCase[] = [
  proves('ACK-1', 'a released delivery comes again', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    await receiver.release(await receiver.takeOne());
    const again = await receiver.takeOne();
    checkEqual(again.message.id, 'm1', 'what came again');
    await receiver.accept(again);
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),

  proves('ACK-2', 'an accepted message does not return after its lease nor to a new connection', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    await receiver.accept(await receiver.takeOne());
    await world.clock.sleep(world.harness.timing.leaseMs * 1.5);
    await receiver.close();
    const other = await stage.receiver({ driver: await world.connect() });
    checkEqual(await other.take(1, world.harness.timing.settleMs), [], 'what a new connection got');
    await checkEmpty(world, stage.address);
  }),

  proves('ACK-3', 'settling a second time does no harm', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'), message('m2'));
    const receiver = await stage.receiver();
    const [first, second] = await receiver.take(2);
    check(first !== undefined && second !== undefined, 'both arrive');
    await receiver.accept(first);
    await receiver.accept(first);
    await receiver.settleBatch([{ receipt: first.receipt, action: 'release', delayMs: 0 }]);
    await receiver.accept(second);
    checkEqual(await receiver.take(1, world.harness.timing.settleMs), [], 'what came after both were accepted');
    await checkEmpty(world, stage.address);
  }),

  proves('ACK-4', 'a receiver that may hold one gets nothing more before it settles that one', async (world) => {
    const stage = await openStage(world);
    // One key, because a driver with several queues may hold one of each.
    await stage.send(message('m1', { key: 'k' }));
    await stage.send(message('m2', { key: 'k' }));
    const receiver = await stage.receiver({ unsettledMax: 1 });
    const first = await receiver.takeOne();
    await checkHandedOut(world, stage.address, 1);
    await receiver.accept(first);
    await receiver.accept(await receiver.takeOne());
    await checkEmpty(world, stage.address);
  }),

  proves('ACK-5', 'what a receiver holds when it closes goes to another', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1', { key: 'k' }));
    const leaving = await stage.receiver();
    await leaving.takeOne();
    await leaving.close();
    const other = await stage.receiver({ driver: await world.connect() });
    const [again] = await other.take(1, world.harness.timing.leaseMs / 2);
    checkEqual(again?.message.id, 'm1', 'what the other got, well before a lease had run out');
  }),

  proves('ACK-10', 'attempts count 1, 2, 3 and start again for another message', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    for (let round = 0; round < 3; round += 1) await receiver.release(await receiver.takeOne());
    await receiver.accept(await receiver.takeOne());
    await stage.send(message('m2'));
    await receiver.accept(await receiver.takeOne());
    checkEqual(world.ledger.deliveries.length, 5, 'deliveries in all');
    checkFindings(findBrokenAttempts(world.ledger));
  }),

  proves('ACK-15', 'hundreds of releases in a row lose nothing', async (world) => {
    const stage = await openStage(world);
    await stage.send(message('m1'));
    const receiver = await stage.receiver();
    // The broker itself may give a message up after so many deliveries.
    const { attemptsMax } = stage.driver.capabilities.attempts;
    const rounds = Math.min(world.amount(300), attemptsMax - 1);
    for (let round = 0; round < rounds; round += 1) await receiver.release(await receiver.takeOne());
    await receiver.accept(await receiver.takeOne());
    await checkEmpty(world, stage.address);
    checkLedger(world);
  }),
];
