import type { Settlement } from '@waybill/core/driver';
import { checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import type { Stage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import type { StageReceiver } from '../stage/stage-receiver.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { victimHolds, victimHoldsMax } from '../stage/start-victim.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, needing, proves } from './case.ts';

const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
const acceptedIds = ['m5', 'm3', 'm2'];
const openIds = ['m1', 'm4'];
/** Longer than settlements are tried again, so that no lease runs out meanwhile. */
const longLeaseMs = 30_000;

/** Settlements that come out of order, fail, or are never answered. */
export const settlementFaultCases: readonly ConformanceCase[] = [
  proves('ACK-6', 'what was left open between accepted messages comes again after a close', async (world) => {
    const { stage, receiver } = await acceptOutOfOrder(world);
    await receiver.close();
    await checkRestComes(world, stage);
  }),

  proves(
    'ACK-6',
    'what was left open between accepted messages comes again after a kill',
    needing(['abandon'], async (world, { abandon }) => {
      const { stage, driver } = await acceptOutOfOrder(world);
      await abandon(driver);
      await checkRestComes(world, stage);
    }),
    faultModes,
  ),

  proves('ACK-14', 'an acceptance that fails before it is sent is made again', (world) =>
    settlesAgain(world, 'before'),
  ),

  proves('ACK-14', 'an acceptance whose answer is lost is no second handling', (world) => settlesAgain(world, 'after')),

  proves('ACK-14', 'what one consumer could not accept goes to the next, and nothing else', async (world) => {
    const command = numberedCommand(world);
    const transport = wrapDriver(await world.connect(), {
      receiver: () => ({ settleBatch: () => Promise.reject(new Error('no way to settle')) }),
    });
    const deaf = await startConsumer(world, command, 'deaf', {
      bus: { transport },
      handler: { concurrency: 5, leaseMs: longLeaseMs },
    });
    await publishNumbered(world, deaf, command, keysOf(5), 1);
    await untilAccepted(world, 5, 'deaf');
    await deaf.stop();
    await startConsumer(world, command, 'heir', { handler: { leaseMs: longLeaseMs } });
    await untilAccepted(world, 5, 'heir');
    await checkEmpty(world, commandAddress(command));
    checkLedger(world, { duplicatesMax: 5 });
  }),

  alone(
    proves(
      'ACK-14',
      'acceptances under way while the connection breaks lose nothing, and repeat no more than was held',
      needing(['cutConnections'], async (world, { cutConnections }) => {
        const stage = await openStage(world);
        const messages = keysOf(40).map((id) => message(id, { key: id }));
        await stage.send(...messages);
        const receiver = await stage.receiver();
        const held = await receiver.take(messages.length);
        const settling = Promise.allSettled(held.map((delivery) => receiver.begin(delivery)('accept')));
        await cutConnections();
        await settling;
        const other = await stage.receiver({ driver: await world.connect() });
        await other.acceptAll();
        checkLedger(world, { duplicatesMax: held.length });
      }),
      faultModes,
    ),
  ),

  proves(
    'ACK-14',
    'an acceptance that the network loses is one more delivery and no loss',
    needing(['breakNetwork'], async (world, { breakNetwork }) => {
      const command = numberedCommand(world);
      const transport = await world.connect();
      const network = await breakNetwork(transport, 'lose-accept');
      await startConsumer(world, command, 'c', { bus: { transport }, handler: victimHolds });
      const publisher = await openBus(world);
      await publisher.start();
      await publishNumbered(world, publisher, command, keysOf(10), 5);
      await untilAccepted(world, 50);
      await checkEmpty(world, commandAddress(command));
      checkEqual(network.landed(), 1, 'acceptances that were lost');
      world.ledger.fault('acceptance lost');
      checkLedger(world, { duplicatesMax: victimHoldsMax });
    }),
    faultModes,
  ),
];

interface OutOfOrder {
  readonly stage: Stage;
  readonly driver: Stage['driver'];
  readonly receiver: StageReceiver;
}

/** Five messages, of which the last, the third and the second are accepted. */
async function acceptOutOfOrder(world: World): Promise<OutOfOrder> {
  const stage = await openStage(world);
  for (const id of ids) await stage.send(message(id, { key: id }));
  const driver = await world.connect();
  const receiver = await stage.receiver({ driver });
  const held = await receiver.take(ids.length);
  checkEqual(held.map((delivery) => delivery.message.id).toSorted(), ids, 'what was handed out');
  for (const id of acceptedIds) await receiver.accept(...held.filter((delivery) => delivery.message.id === id));
  return { stage, driver, receiver };
}

/** A broker with a cursor repeats what was accepted behind the first hole; nobody may skip the holes. */
async function checkRestComes(world: World, stage: Stage): Promise<void> {
  const { leaseMs, settleMs } = world.harness.timing;
  const other = await stage.receiver({ driver: await world.connect() });
  await other.accept(...(await other.take(openIds.length, leaseMs * 3 + settleMs * 5)));
  await other.acceptAll();
  await checkEmpty(world, stage.address);
  checkLedger(world, { duplicatesMax: acceptedIds.length });
}

/**
 * Handles one message of five keys each; the first settlement fails, before the broker has heard of it or after. Ends when it was made
 * again and the broker has nothing left.
 */
async function settlesAgain(world: World, when: 'before' | 'after'): Promise<void> {
  const command = numberedCommand(world);
  let failed: readonly Settlement[] | undefined;
  let isRepeated = false;
  const transport = wrapDriver(await world.connect(), {
    receiver: (receiver) => ({
      settleBatch: async (settlements) => {
        const repeats = settlements.some(({ receipt }) => failed?.some((each) => each.receipt === receipt) === true);
        isRepeated ||= repeats;
        if (failed !== undefined) return receiver.settleBatch(settlements);
        failed = settlements;
        if (when === 'after') await receiver.settleBatch(settlements);
        throw new Error(`the settlement failed ${when} it was made`);
      },
    }),
  });
  const bus = await startConsumer(world, command, 'c', { bus: { transport }, handler: { leaseMs: longLeaseMs } });
  await publishNumbered(world, bus, command, keysOf(5), 1);
  await untilAccepted(world, 5);
  await eventually(world, 'the settlement is made again', () => isRepeated);
  await checkEmpty(world, commandAddress(command));
  checkLedger(world);
}
