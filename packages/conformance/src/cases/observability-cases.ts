import type { BusEvent, Logger } from '@waybill/core';
import type { SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import { check, checkApplies, checkEqual, need } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import type { World } from '../harness/world.ts';
import { checkDriverRefuses, checkRejected } from '../stage/check-refused.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { deduplicatedCommand } from '../stage/deduplicated-contract.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand } from '../stage/open-bus.ts';
import type { CaseBusOptions, Numbered } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, proves, refuses } from './case.ts';

/** What an operator sees: events, logs, codes and figures. */
export const observabilityCases: readonly ConformanceCase[] = [
  proves('OBS-3', 'what the bus tells its observer is what the ledger says happened', async (world) => {
    const events: BusEvent[] = [];
    const observe = (event: BusEvent): void => void events.push(event);
    const { letters, repeated } = await runMixedTraffic(world, { observe });
    const { deliveries } = world.ledger;
    const idsOf = (name: 'published' | 'handled' | 'attempt-failed' | 'dead-lettered' | 'duplicate') =>
      events.flatMap((event) => (event.event === name ? [event.message.id] : [])).toSorted();
    const ended = (outcome: 'accepted' | 'failed'): readonly string[] =>
      deliveries.flatMap((delivery) => (delivery.outcome === outcome ? [delivery.messageId] : [])).toSorted();
    checkEqual(idsOf('published'), world.ledger.publishes.map(({ messageId }) => messageId).toSorted(), 'published');
    checkEqual(idsOf('handled'), ended('accepted'), 'handled');
    checkEqual(idsOf('attempt-failed'), ended('failed'), 'failed attempts');
    checkEqual(idsOf('dead-lettered'), letters, 'dead letters');
    checkEqual(idsOf('duplicate'), repeated, 'duplicates');
  }),

  proves(
    'OBS-4',
    'failures, dead letters and duplicates are everyday: nothing is logged above info, and no content',
    async (world) => {
      const lines: { readonly level: keyof Logger; readonly text: string }[] = [];
      const at =
        (level: keyof Logger) =>
        (fields: object, text: string): void =>
          void lines.push({ level, text: `${text} ${JSON.stringify(fields)}` });
      const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
      const { stop } = await runMixedTraffic(world, { log });
      await stop();
      check(
        lines.some(({ text }) => text.startsWith('attempt failed')),
        'a failed attempt is logged',
      );
      checkEqual(
        lines.filter(({ level }) => level === 'warn' || level === 'error'),
        [],
        'lines above info',
      );
      checkEqual(
        lines.filter(({ text }) => text.includes('secret')),
        [],
        'lines with content of a message',
      );
    },
  ),

  proves(
    'OBS-5',
    'errors are told by codes: not found, closed, and unknown for what is no error of the driver',
    async (world) => {
      const driver = await world.connect();
      const { leaseMs } = world.harness.timing;
      const options = { leaseMs, unsettledMax: 1, onLost: () => undefined };
      const missing = { kind: 'command', channel: `${world.runId}-missing`, group: 'workers' } as const;
      await checkDriverRefuses(driver, 'not-found', 'a receiver on a queue that is not there', async () => {
        await (await driver.openReceiver(missing, options)).receiveBatch(1, AbortSignal.abort());
      });
      const strangers = [new Error('foreign'), new TypeError('foreign'), undefined, null, 'a text', 7, {}];
      checkEqual(
        strangers.map((stranger) => driver.codeOf(stranger)),
        strangers.map(() => 'unknown'),
        'the codes of what no driver has thrown',
      );
      await driver.close();
      await checkDriverRefuses(driver, 'closed', 'a sender of a closed driver', () => driver.openSender(missing));
      await checkDriverRefuses(driver, 'closed', 'a receiver of a closed driver', () =>
        driver.openReceiver(missing, options),
      );
    },
  ),

  proves('OBS-5', 'a message beyond the size that is promised is rejected as too large', async (world) => {
    const stage = await openStage(world);
    const { bytesMax } = stage.driver.capabilities.message;
    checkApplies(bytesMax <= 64 * 1024 * 1024, 'a message of 64 MiB is not too large');
    const [outcome] = await stage.send({ ...message('m1'), body: new Uint8Array(bytesMax + 1) });
    checkRejected(stage.driver, outcome, ['message-too-large'], 'a byte more than promised');
  }),

  proves(
    'OBS-6',
    'what waits, what is held and how old it is can be read, and is what the broker says',
    async (world) => {
      const { admin, timing } = world.harness;
      const stage = await openStage(world);
      const { inspection } = stage.driver.capabilities;
      for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) await stage.send(message(id, { key: 'k' }));
      const sentMs = world.clock.monotonic();
      await untilSaid(world, stage.driver, stage.address, { ready: 5, inFlight: 0 });
      const receiver = await stage.receiver({ leaseMs: timing.leaseMs * 20, unsettledMax: 2 });
      const held = await receiver.take(1);
      await world.clock.sleep(1300);
      const inFlight = await admin.inFlight(stage.address);
      await untilSaid(world, stage.driver, stage.address, { ready: 5 - inFlight, inFlight });
      const { oldestAgeMs } = await stage.driver.inspect(stage.address);
      const elapsedMs = world.clock.monotonic() - sentMs;
      checkEqual(oldestAgeMs !== undefined, inspection.oldestAge, 'whether an age is told');
      // Brokers that keep whole seconds are off by one.
      const age = oldestAgeMs ?? elapsedMs;
      check(age >= elapsedMs - 1050 && age <= elapsedMs + 1050, `the oldest is ${age} ms old after ${elapsedMs} ms`);
      await receiver.accept(...held);
      for (const _ of ['m2', 'm3', 'm4', 'm5']) await receiver.accept(await receiver.takeOne());
      await untilSaid(world, stage.driver, stage.address, { ready: 0, inFlight: 0 });
    },
  ),

  refuses('OBS-6', 'a figure that the transport cannot tell is left open, and not 0', async (world) => {
    const stage = await openStage(world);
    const figures = await stage.driver.inspect(stage.address);
    checkEqual(figures, { ready: undefined, inFlight: undefined, oldestAgeMs: undefined }, 'the figures');
  }),

  alone(
    proves(
      'OBS-7',
      'a lost lease is an event, the handler is told, and the message is handled again',
      async (world) => {
        const command = numberedCommand(world);
        const lost: string[] = [];
        const observe = (event: BusEvent): void => {
          if (event.event === 'lease-lost') lost.push(event.message.id);
        };
        let aborted = 0;
        const { transport, lose } = await losingLeases(world);
        const bus = await startConsumer(world, command, 'c', {
          work: async (_, { signal }) => {
            if (world.ledger.deliveries.length > 1) return;
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
            });
            aborted += 1;
            signal.throwIfAborted();
          },
          bus: { transport, observe },
        });
        await bus.send(command, { key: 'k', seq: 1 }, { id: 'm1' });
        await eventually(world, 'the message is handled', () => world.ledger.deliveries.length === 1);
        await lose();
        await untilAccepted(world, 1);
        await checkEmpty(world, commandAddress(command));
        checkEqual(lost, ['m1'], 'the leases that were told to be lost');
        checkEqual(aborted, 1, 'handlers that were told');
      },
    ),
  ),
];

/** Messages that succeed, fail once, die and come twice. */
async function runMixedTraffic(world: World, options: CaseBusOptions) {
  const command = deduplicatedCommand(world);
  const failures = new Map<string, number>();
  const work = ({ key, seq }: Numbered): void => {
    const before = failures.get(`${key}/${seq}`) ?? 0;
    failures.set(`${key}/${seq}`, before + 1);
    if (key === 'secret-poison' || (key === 'secret-flaky' && before === 0)) throw new Error('as this case wants it');
  };
  const handler = { effect: 'once', retry: { ...quickRetry, attemptsMax: 3 } } as const;
  const bus = await startConsumer(world, command, 'c', { work, handler, bus: options });
  const send = async (key: string, seq: number, id: string): Promise<void> => {
    await bus.send(command, { key, seq }, { id });
    world.ledger.publish({ runId: world.runId, key, seq, messageId: id, outcome: 'confirmed' });
  };
  for (const kind of ['good', 'flaky', 'poison']) {
    for (const seq of [1, 2, 3]) await send(`secret-${kind}`, seq, `${kind}-${seq}`);
  }
  for (const seq of [1, 2]) await send('secret-good', seq, `again-${seq}`);
  await untilLetters(world, bus, 3);
  await untilAccepted(world, 6);
  await checkEmpty(world, commandAddress(command));
  const { letters } = await bus.deadLetters.list();
  const { capabilities } = await world.connect();
  // A broker that knows identities itself delivers no second copy.
  const isSwallowed = capabilities.deduplication.level !== 'unsupported';
  return {
    letters: letters.map(({ messageId }) => messageId).toSorted(),
    repeated: isSwallowed ? [] : ['again-1', 'again-2'],
    stop: () => bus.stop(),
  };
}

/** The driver says so in time, as far as it promises to. */
async function untilSaid(
  world: World,
  driver: TransportDriver,
  address: SubscriptionAddress,
  due: { readonly ready: number; readonly inFlight: number },
): Promise<void> {
  const { inspection } = driver.capabilities;
  await eventually(world, `${due.ready} are said to wait and ${due.inFlight} to be held`, async () => {
    const { ready, inFlight } = await driver.inspect(address);
    return (
      ready === (inspection.ready ? due.ready : undefined) &&
      inFlight === (inspection.inFlight ? due.inFlight : undefined)
    );
  });
}

/** A connection whose leases end: they are not renewed, or it is cut where they last as long as it does. */
async function losingLeases(world: World): Promise<{
  readonly transport: TransportDriver;
  readonly lose: () => Promise<void>;
}> {
  const transport = await world.connect();
  if (transport.capabilities.lease.kind === 'connection') {
    const { endHolds, cutConnections } = world.harness.faults;
    const cut = need(endHolds ?? cutConnections, 'way to cut connections');
    return { transport, lose: async () => void (await cut()) };
  }
  let isDeaf = false;
  const deaf = wrapDriver(transport, {
    receiver: (receiver) => ({
      extendBatch: async (receipts, leaseMs) => {
        if (isDeaf) throw new Error('the renewal does not arrive');
        return receiver.extendBatch(receipts, leaseMs);
      },
    }),
  });
  return {
    transport: deaf,
    lose: async () => {
      isDeaf = true;
      await world.clock.sleep(world.harness.timing.leaseMs * 2);
      isDeaf = false;
    },
  };
}
