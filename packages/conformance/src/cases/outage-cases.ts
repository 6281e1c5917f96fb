import { check, checkEqual, need } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses, checkDriverRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { acceptedCount } from '../stage/recorded-handler.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, needing, proves } from './case.ts';

/** Brokers that restart, networks that break, answers that are lost, passwords that are wrong. */
export const outageCases: readonly ConformanceCase[] = [
  alone(
    proves(
      'FLT-1',
      'a broker that is killed and started again has everything that it confirmed, and consumers go on',
      needing(['restartBroker'], async (world, { restartBroker }) => {
        const outages = world.mode === 'fault' ? 3 : 1;
        await throughOutages(world, outages, async () => {
          await restartBroker();
          return 1;
        });
      }),
      faultModes,
    ),
  ),

  alone(
    proves(
      'FLT-4',
      'connections that are reset under load lose nothing and keep the order of every key',
      needing(['cutConnections'], async (world, { cutConnections }) => {
        await throughOutages(world, world.mode === 'fault' ? 20 : 3, cutConnections);
      }),
      faultModes,
    ),
  ),

  proves(
    'FLT-3',
    'a network that swallows everything is noticed without being told, and what was held comes again',
    needing(['breakNetwork'], async (world, { breakNetwork }) => {
      const command = numberedCommand(world);
      const transport = await world.connect();
      const options = { handler: held, work: () => world.clock.sleep(20) };
      await startConsumer(world, command, 'cut-off', { ...options, bus: { transport } });
      const publisher = await openBus(world);
      await publisher.start();
      const publishing = publishNumbered(world, publisher, command, keysOf(10), 20);
      await eventually(world, 'the consumer is at work', () => acceptedCount(world) > 10);
      const network = await breakNetwork(transport, 'black-hole');
      // What it had begun may end in its process, but nobody is to hear of it; another consumer must get all that was left.
      await world.clock.sleep(100);
      world.ledger.bury('cut-off');
      await startConsumer(world, command, 'other', options);
      await publishing;
      await untilAccepted(world, 200, '', outageMsMax);
      check(network.landed() > 0, 'the network has swallowed something');
      world.ledger.fault('network black hole');
      await network.heal();
      await checkEmpty(world, commandAddress(command));
      checkLedger(world, { duplicatesMax: heldMax });
    }),
    faultModes,
  ),

  proves(
    'FLT-9',
    'a message whose confirmation is lost is of unknown outcome, and there once at most',
    async (world) => {
      const stage = await openStage(world);
      const { driver, lose } = await loseConfirm(world);
      const sender = await driver.openSender(stage.address);
      await sender.sendBatch([message('before', { key: 'k' })]);
      const landed = await lose();
      const [outcome] = await sender.sendBatch([message('doubtful', { key: 'k' })]);
      check(landed() > 0, 'the confirmation was lost');
      world.ledger.fault('confirmation lost');
      // A driver that can ask again without a second copy may come to know.
      const isKnown = outcome?.status === 'confirmed';
      if (!isKnown) {
        checkEqual(outcome?.status, 'unknown', 'the outcome');
        const again = await untilConfirmed(world, async () => sender.sendBatch([message('doubtful', { key: 'k' })]));
        check(again, 'the next try is confirmed');
      }
      const receiver = await stage.receiver();
      const deliveries = await receiver.take(4, world.harness.timing.settleMs);
      const arrived = deliveries.map((delivery) => delivery.message.id);
      // A broker that promises no order may turn them round.
      const ids = driver.capabilities.order.scope === 'none' ? arrived.toSorted() : arrived;
      const due = isKnown ? ['before', 'doubtful'] : ['before', 'doubtful', 'doubtful'];
      checkEqual(ids, due.slice(0, Math.max(2, ids.length)), 'what arrived, in order');
      check(ids.length > 1, 'the doubtful message is not lost');
      await receiver.accept(...deliveries);
      await checkEmpty(world, stage.address);
    },
    faultModes,
  ),

  proves(
    'FLT-9',
    'a bus repeats a publish of unknown outcome, and its order holds',
    async (world) => {
      const command = numberedCommand(world);
      const { driver: transport, lose } = await loseConfirm(world);
      const publisher = await openBus(world, { transport });
      await startConsumer(world, command, 'c', { handler: held });
      await publisher.start();
      await publishNumbered(world, publisher, command, keysOf(5), 1);
      const losses = world.mode === 'fault' ? 20 : 1;
      for (let loss = 0; loss < losses; loss += 1) {
        const landed = await lose();
        await publishNumbered(world, publisher, command, keysOf(5), 10, 2 + loss * 10);
        check(landed() > 0, 'the confirmation was lost');
        world.ledger.fault('confirmation lost');
      }
      checkEqual(new Set(world.ledger.publishes.map(({ outcome }) => outcome)), new Set(['confirmed']), 'the outcomes');
      await untilAccepted(world, 5 + losses * 50);
      await checkEmpty(world, commandAddress(command));
      // All that was on its way with a lost confirmation may be there twice.
      checkLedger(world, { duplicatesMax: losses * 50 });
    },
    faultModes,
  ),

  proves(
    'FLT-13',
    'a password that is wrong is refused at once, by its code',
    needing(['connectAsStranger'], async (world, { connectAsStranger }) => {
      const stage = await openStage(world);
      const stranger = await connectAsStranger();
      world.defer(() => stranger.close());
      const startMs = world.clock.monotonic();
      await checkDriverRefuses(stranger, 'unauthorized', 'a sender', () => stranger.openSender(stage.address));
      const topology = { channels: [stage.address], subscriptions: [] };
      await checkDriverRefuses(stranger, 'unauthorized', 'topology', () => stranger.ensureTopology(topology));
      check(world.clock.monotonic() - startMs < world.harness.timing.patienceMs, 'a refusal does not take long');
      const bus = await openBus(world, { transport: stranger });
      bus.handle(numberedCommand(world), () => undefined, caseGuarantees(world));
      await checkBusRefuses('unauthorized', 'a start', () => bus.start());
      world.ledger.fault('wrong password');
    }),
    faultModes,
  ),

  proves(
    'FLT-16',
    'after an outage messages flow again within the time that the transport is given',
    async (world) => {
      const command = numberedCommand(world);
      const { abandon, breakNetwork } = world.harness.faults;
      const transport = await world.connect();
      const bus = await startConsumer(world, command, 'c1', { bus: { transport }, handler: held });
      const publisher = await openBus(world);
      await publisher.start();
      await publishNumbered(world, publisher, command, keysOf(5), 2);
      await untilAccepted(world, 10);
      // What its broker has not yet heard of would come again, and this case is to see no message twice.
      await checkEmpty(world, commandAddress(command));
      if (breakNetwork === undefined) {
        await need(abandon, 'way to end a connection')(transport);
        await startConsumer(world, command, 'c2', { handler: held });
      } else {
        const network = await breakNetwork(transport, 'reset');
        const isFailing = async (): Promise<boolean> => (await bus.health()).status === 'failing';
        await eventually(world, 'the outage is noticed', isFailing);
        check(network.landed() > 0, 'the connections were cut');
        world.ledger.fault('network reset');
        await network.heal();
      }
      const healedMs = world.clock.monotonic();
      await publishNumbered(world, publisher, command, keysOf(5), 2, 3);
      await untilAccepted(world, 20);
      const tookMs = world.clock.monotonic() - healedMs;
      check(tookMs < world.harness.timing.patienceMs, `messages flow again after ${tookMs} ms`);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
    faultModes,
  ),

  proves(
    'LIF-11',
    'a broker that is not there at the start is said to be, and a later start succeeds',
    needing(['breakNetwork'], async (world, { breakNetwork }) => {
      const command = numberedCommand(world);
      const transport = await world.connect();
      const network = await breakNetwork(transport, 'reset');
      const bus = await openBus(world, { transport });
      bus.handle(command, () => undefined, caseGuarantees(world));
      const startMs = world.clock.monotonic();
      await checkBusRefuses('unavailable', 'a start without a broker', () => bus.start());
      check(world.clock.monotonic() - startMs < 30_000, 'the start does not hang');
      check(network.landed() > 0, 'the connections were cut');
      world.ledger.fault('broker out of reach');
      await network.heal();
      await bus.start();
      checkEqual((await bus.health()).status, 'running', 'the state once the broker is there');
      await bus.send(command, { key: 'k', seq: 1 });
    }),
    faultModes,
  ),
];

/** What a consumer of these cases may hold: that many may come twice for each outage. */
const held = { concurrency: 4, waitingMax: 8 } as const;
const heldMax = held.concurrency + held.waitingMax;
const outageMsMax = 60_000;

/** Publishes and handles while outages come; every one must have hit something. */
async function throughOutages(world: World, outages: number, strike: () => Promise<number>): Promise<void> {
  const command = numberedCommand(world);
  const keys = keysOf(20);
  const options = { handler: held, work: () => world.clock.sleep(1 + world.random() * 4) };
  const consumers = ['c1', 'c2'];
  for (const name of consumers) await startConsumer(world, command, name, options);
  const publisher = await openBus(world);
  await publisher.start();
  let seq = 1;
  let landed = 0;
  for (let outage = 0; outage <= outages; outage += 1) {
    const perKey = world.amount(15);
    const before = acceptedCount(world);
    const publishing = publishNumbered(world, publisher, command, keys, perKey, seq);
    seq += perKey;
    await eventually(world, 'messages flow', () => acceptedCount(world) > before + keys.length, outageMsMax);
    if (outage < outages) landed += await strike();
    await publishing;
  }
  checkEqual(landed >= outages, true, `${outages} outages have landed`);
  const { publishes } = world.ledger;
  const confirmed = publishes.filter(({ outcome }) => outcome === 'confirmed').length;
  await untilAccepted(world, confirmed, '', outageMsMax);
  await checkEmpty(world, commandAddress(command));
  const inDoubt = keys.length * world.amount(15);
  checkLedger(world, { duplicatesMax: outages * (inDoubt + consumers.length * heldMax) });
}

interface LosingConfirm {
  readonly driver: Awaited<ReturnType<World['connect']>>;
  /** From now on one confirmation is lost; the answer tells how many were. */
  readonly lose: () => Promise<() => number>;
}

/** On the wire where there is one, in the driver's hands elsewhere. */
async function loseConfirm(world: World): Promise<LosingConfirm> {
  const { breakNetwork } = world.harness.faults;
  const inner = await world.connect();
  if (breakNetwork !== undefined) {
    return { driver: inner, lose: async () => (await breakNetwork(inner, 'lose-confirm')).landed };
  }
  let isDue = false;
  let lost = 0;
  const driver = wrapDriver(inner, {
    sender: (sender) => ({
      sendBatch: async (messages) => {
        const outcomes = await sender.sendBatch(messages);
        if (!isDue) return outcomes;
        isDue = false;
        lost += 1;
        return outcomes.map(() => ({ status: 'unknown', error: new Error('the answer was lost') }) as const);
      },
    }),
  });
  return {
    driver,
    lose: async () => {
      isDue = true;
      return () => lost;
    },
  };
}

/** A driver does not retry: whoever sends does, while the connection is made again. */
async function untilConfirmed(
  world: World,
  send: () => Promise<readonly { readonly status: string }[]>,
): Promise<boolean> {
  for (let tries = 0; tries < 40; tries += 1) {
    const outcomes = await send().catch(() => []);
    if (outcomes[0]?.status === 'confirmed') return true;
    await world.clock.sleep(100);
  }
  return false;
}
