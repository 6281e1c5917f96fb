import { createProcessGate, faultyTransport, watchBoundaries } from '@waybill/core/testing';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkLedger } from '../stage/check-settled.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { startVictim, victimHolds, victimHoldsMax } from '../stage/start-victim.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, needing, proves } from './case.ts';

const keys = keysOf(20);
/** Order while consumers come, go and die, connections break and publishes fail. */
export const orderingFaultCases: readonly ConformanceCase[] = [
  proves(
    'ORD-5',
    'order holds while consumers join and leave with messages in flight',
    async (world) => {
      const command = numberedCommand(world);
      const publisher = await openBus(world);
      const work = shortWork(world);
      const perKey = world.amount(20);
      let leaving = await startConsumer(world, command, 'c0', { work });
      const publishing = publisher.start().then(() => publishNumbered(world, publisher, command, keys, perKey));
      for (let round = 1; round <= 4; round += 1) {
        const joining = await startConsumer(world, command, `c${round}`, { work });
        await world.clock.sleep(30);
        await leaving.stop();
        leaving = joining;
      }
      await publishing;
      await untilAccepted(world, keys.length * perKey);
      checkLedger(world, { isHandedOver: true });
    },
    ['smoke', ...faultModes],
  ),

  proves(
    'ORD-5',
    'a thousand keys keep their order while consumers come and go every 300 ms',
    async (world) => {
      const command = numberedCommand(world);
      const many = keysOf(1000);
      const options = { work: longWork(world), handler: { concurrency: 32 } };
      const present = await Promise.all(['c0', 'c1', 'c2'].map((name) => startConsumer(world, command, name, options)));
      const publisher = await openBus(world);
      await publisher.start();
      const total = many.length * world.amount(3);
      const publishing = publishNumbered(world, publisher, command, many, world.amount(3));
      for (let change = 0; change < changesMax && acceptedCount(world) < total; change += 1) {
        await world.clock.sleep(300);
        if (change % 2 === 0) present.push(await startConsumer(world, command, `late${change}`, options));
        else await present.shift()?.stop();
      }
      await publishing;
      await untilAccepted(world, total, '', outageMsMax);
      checkLedger(world, { isHandedOver: true });
    },
    faultModes,
  ),

  proves(
    'ORD-6',
    'order holds when consumers are killed with messages in flight',
    async (world) => {
      const command = numberedCommand(world);
      const consumers = await Promise.all(['c0', 'c1', 'c2'].map((name) => startVictim(world, command, name, 10)));
      const publisher = await openBus(world);
      await publisher.start();
      const perKey = world.amount(20);
      const total = keys.length * perKey;
      const publishing = publishNumbered(world, publisher, command, keys, perKey);
      for (const [place, consumer] of consumers.entries()) {
        const due = (total * (place + 1)) / 5;
        await eventually(world, `${due} messages are handled`, () => acceptedCount(world) >= due);
        await consumer.kill();
        await startConsumer(world, command, `heir${place}`, { work: shortWork(world), handler: victimHolds });
      }
      await publishing;
      await untilAccepted(world, total);
      checkLedger(world, { duplicatesMax: consumers.length * victimHoldsMax });
    },
    faultModes,
  ),

  alone(
    proves(
      'ORD-7',
      'order holds when every connection is cut under way',
      needing(['cutConnections'], async (world, { cutConnections }) => {
        await throughOutages(world, cutConnections, 3);
      }),
      faultModes,
    ),
  ),

  alone(
    proves(
      'ORD-7',
      'order holds when the broker is killed and started again',
      needing(['restartBroker'], async (world, { restartBroker }) => {
        await throughOutages(world, restartBroker, 1);
      }),
      ['fault'],
    ),
  ),

  proves('ORD-10', 'publishes that are not awaited keep the order of each key', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    await publishNumbered(world, bus, command, keysOf(5), world.amount(200));
    await untilAccepted(world, 5 * world.amount(200));
    checkLedger(world);
  }),

  proves('ORD-10', 'publishes that are refused or whose answer is lost are repeated in their place', async (world) => {
    const command = numberedCommand(world);
    const gate = createProcessGate();
    const rates = { refused: 0.02, requestLost: 0.02, replyLost: 0.02 };
    const chance = { random: world.random, rates };
    const transport = faultyTransport(await world.connect(), { gate, boundaries: watchBoundaries({ gate }), chance });
    const publisher = await openBus(world, { transport });
    await publisher.start();
    await startConsumer(world, command, 'c');
    // More of them in stress means more keys: a key that fails ever again only waits longer.
    const many = keysOf(world.amount(5));
    await publishNumbered(world, publisher, command, many, 30);
    await untilAccepted(world, many.length * 30);
    // A repeat whose first copy had arrived after all is a second message; it is no disorder as long as nothing overtook it.
    checkLedger(world, { duplicatesMax: Infinity });
  }),

  alone(
    proves(
      'ORD-10',
      'hundreds of publishes of one key that nobody awaits keep their order through a broken connection',
      async (world) => {
        const command = numberedCommand(world);
        const { publisher, breakOff } = await breakablePublisher(world);
        await startConsumer(world, command, 'c');
        const count = world.mode === 'fault' ? 1000 : 300;
        const publishing = publishNumbered(world, publisher, command, ['k'], count);
        await eventually(world, 'a third is handled', () => acceptedCount(world) >= count / 3, outageMsMax);
        await breakOff();
        await publishing;
        await untilAccepted(world, count, '', outageMsMax);
        checkLedger(world, { duplicatesMax: 1 + victimHoldsMax });
      },
      faultModes,
    ),
  ),
];

const changesMax = 20;

const longWork = (world: World) => (): Promise<void> => world.clock.sleep(5 + world.random() * 45);

const shortWork = (world: World) => (): Promise<void> => world.clock.sleep(1 + world.random() * 4);

/** Publishes and handles while `strike` comes some times. */
async function throughOutages(world: World, strike: () => Promise<unknown>, times: number): Promise<void> {
  const command = numberedCommand(world);
  const options = { work: shortWork(world), handler: victimHolds };
  const consumers = ['c1', 'c2'];
  for (const name of consumers) await startConsumer(world, command, name, options);
  const publisher = await openBus(world);
  await publisher.start();
  const perKey = world.amount(30);
  const total = keys.length * perKey;
  const publishing = publishNumbered(world, publisher, command, keys, perKey);
  for (let time = 1; time <= times; time += 1) {
    const due = (total * time) / (times + 1);
    await eventually(world, `${due} messages are handled`, () => acceptedCount(world) >= due, outageMsMax);
    await strike();
  }
  await publishing;
  await untilAccepted(world, total, '', outageMsMax);
  // What was being published may be there twice, one message of each key; what was held may be handled twice.
  checkLedger(world, { duplicatesMax: times * (keys.length + consumers.length * victimHoldsMax) });
}

const outageMsMax = 60_000;

/** A publisher whose connection can be broken; where there are none, one of its calls is carried out and never answered. */
async function breakablePublisher(world: World) {
  const { cutConnections } = world.harness.faults;
  let isBroken = false;
  const transport = wrapDriver(await world.connect(), {
    sender: (sender) => ({
      sendBatch: async (messages) => {
        const outcomes = await sender.sendBatch(messages);
        if (!isBroken) return outcomes;
        isBroken = false;
        return messages.map(() => ({ status: 'unknown', error: new Error('the answer was lost') }));
      },
    }),
  });
  const publisher = await openBus(world, { transport });
  await publisher.start();
  const loseAnswer = async (): Promise<void> => {
    isBroken = true;
  };
  return { publisher, breakOff: cutConnections ?? loseAnswer };
}
