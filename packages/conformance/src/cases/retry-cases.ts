import type { Delivery } from '@waybill/core/driver';
import { check, checkEqual, checkFindings } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { eventually } from '../harness/world.ts';
import { findBrokenAttempts } from '../oracle/find-broken-attempts.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { letterOf, quickRetry, sendOne, untilLetters } from '../stage/dead-letters.ts';
import { failingStore } from '../stage/failing-store.ts';
import { hasKeyOrder } from '../stage/has-key-order.ts';
import { message, textOf } from '../stage/message.ts';
import { commandAddress, numberedCommand, numberedEvent } from '../stage/open-bus.ts';
import { idOf, keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, proves } from './case.ts';

const fail = (): never => {
  throw new Error('never works');
};

/** Retries, and what becomes of a message that they do not save. The letters are read from the store, not from events. */
export const retryCases: readonly ConformanceCase[] = [
  proves('RTY-1', 'a handler is called as often as asked, and then never again', async (world) => {
    const command = numberedCommand(world);
    const handler = { retry: { ...quickRetry, attemptsMax: 4 } };
    const bus = await startConsumer(world, command, 'c', { work: fail, handler });
    await sendOne(world, bus, command);
    await untilLetters(world, bus, 1);
    await checkEmpty(world, commandAddress(command));
    checkEqual(
      world.ledger.deliveries.map(({ attempt }) => attempt),
      [1, 2, 3, 4],
      'the attempts',
    );
    checkFindings(findBrokenAttempts(world.ledger));
    checkEqual((await letterOf(bus)).attempts, 4, 'the attempts that the letter tells');
  }),

  proves('RTY-2', 'an error that is given up is not tried again', async (world) => {
    const command = numberedCommand(world);
    const handler = { retry: { ...quickRetry, classify: () => 'give-up' as const } };
    const bus = await startConsumer(world, command, 'c', { work: fail, handler });
    await sendOne(world, bus, command);
    await untilLetters(world, bus, 1);
    checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
  }),

  proves('RTY-3', 'a dead letter holds the whole message, why it died and where', async (world) => {
    const command = numberedCommand(world);
    const handler = { retry: { ...quickRetry, attemptsMax: 2 } };
    const delivered: Delivery[] = [];
    const transport = wrapDriver(await world.connect(), {
      receiver: ({ receiveBatch }) => ({
        receiveBatch: async (limit, signal) => {
          const deliveries = await receiveBatch(limit, signal);
          delivered.push(...deliveries);
          return deliveries;
        },
      }),
    });
    const bus = await startConsumer(world, command, 'c', { work: fail, handler, bus: { transport } });
    await bus.send(command, { key: 'k', seq: 1 }, { id: 'm1', headers: { 'x-note': 'n' }, tenant: 't' });
    await untilLetters(world, bus, 1);
    const { body, headers, key, channel, kind, messageId, reason, error, subscription, origin } = await letterOf(bus);
    checkEqual(JSON.parse(textOf(body)), { key: 'k', seq: 1 }, 'the body');
    checkEqual([headers['x-note'], headers['wb-tenant']], ['n', 't'], 'the headers');
    checkEqual(
      { key, channel, kind, messageId, reason, error, subscription, origin },
      {
        key: 'k',
        channel: command.name,
        kind: 'command',
        messageId: 'm1',
        reason: 'attempts-exhausted',
        error: 'Error: never works',
        subscription: command.name,
        origin: delivered[0]?.origin,
      },
      'the letter',
    );
  }),

  alone(
    proves('RTY-4', 'the wait between attempts is neither shorter nor much longer than asked', async (world) => {
      const command = numberedCommand(world);
      const retry = { attemptsMax: 4, backoffMs: 50, backoffFactor: 2, backoffMsMax: 100, jitter: 0 };
      const bus = await startConsumer(world, command, 'c', { work: fail, handler: { retry } });
      await sendOne(world, bus, command);
      await untilLetters(world, bus, 1);
      const { deliveries } = world.ledger;
      const gapsMs = deliveries.slice(1).map(({ startMs }, at) => startMs - (deliveries[at]?.endMs ?? Infinity));
      checkEqual(gapsMs.length, 3, 'the gaps');
      for (const [place, dueMs] of [50, 100, 100].entries()) {
        const gapMs = gapsMs[place] ?? 0;
        check(gapMs >= dueMs - 2 && gapMs <= dueMs + 150, `gap ${place + 1} was ${gapMs} ms where ${dueMs} was asked`);
      }
    }),
  ),

  proves('RTY-5', 'what cannot be read goes to the dead letters, and the consumer goes on', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const driver = await world.connect();
    const sender = await driver.openSender({ kind: 'command', channel: command.name });
    const headers = { 'ce-type': command.name, 'ce-time': '2026-01-01T00:00:00Z', 'wb-version': '1' };
    await sender.sendBatch([message('no-json', { headers, body: '{"key":' })]);
    await sender.sendBatch([message('no-headers', { body: '{}' })]);
    await untilLetters(world, bus, 2);
    const { letters } = await bus.deadLetters.list();
    checkEqual(letters.map(({ messageId }) => messageId).toSorted(), ['no-headers', 'no-json'], 'the dead letters');
    checkEqual(world.ledger.deliveries, [], 'calls of the handler');
    await sendOne(world, bus, command);
    await untilAccepted(world, 1);
  }),

  proves('RTY-6', 'a message whose dead letter cannot be written stays with the broker until it can', async (world) => {
    const command = numberedCommand(world);
    const { store, breakDown, heal, refusals } = failingStore(world, 'changeDeadLetters');
    const handler = { retry: { ...quickRetry, attemptsMax: 1 } };
    const bus = await startConsumer(world, command, 'c', { work: fail, handler, bus: { store } });
    breakDown();
    await sendOne(world, bus, command);
    await eventually(world, 'a dead letter is refused', () => refusals() > 0);
    await world.clock.sleep(world.harness.timing.settleMs);
    const { admin } = world.harness;
    const address = commandAddress(command);
    const kept = async (): Promise<boolean> => (await admin.depth(address)) + (await admin.inFlight(address)) === 1;
    await eventually(world, 'the broker still has the message', kept);
    heal();
    await untilLetters(world, bus, 1);
    await checkEmpty(world, address);
  }),

  proves(
    'RTY-7',
    'letters replayed under traffic are handled once, in their order, with attempts from 1',
    async (world) => {
      const command = numberedCommand(world);
      let isBroken = true;
      const work = (): void => {
        if (isBroken) fail();
      };
      const handler = { retry: { ...quickRetry, attemptsMax: 2 } };
      const bus = await startConsumer(world, command, 'c', { work, handler });
      const keys = keysOf(4);
      await publishNumbered(world, bus, command, keys, 5);
      await untilLetters(world, bus, 20);
      isBroken = false;
      const coming = publishNumbered(world, bus, command, keys, 5, 6);
      checkEqual(await bus.deadLetters.replay({}), { replayed: 20, failed: 0, held: 0 }, 'the report');
      await coming;
      await untilAccepted(world, 40);
      await checkEmpty(world, commandAddress(command));
      const handled = world.ledger.deliveries.filter(({ outcome }) => outcome === 'accepted');
      checkEqual(handled.length, 40, 'messages that were handled');
      checkEqual(
        handled.map(({ attempt }) => attempt),
        handled.map(() => 1),
        'the attempts',
      );
      for (const key of keys) {
        const dead = [1, 2, 3, 4, 5].map((seq) => idOf(world, key, seq));
        const ids = handled.map(({ messageId }) => messageId).filter((messageId) => dead.includes(messageId));
        // Without order they may have been put aside in another one, which the replay then follows.
        checkEqual(hasKeyOrder(world) ? ids : ids.toSorted(), dead, `the replay of ${key}`);
      }
      checkEqual((await bus.deadLetters.list()).letters, [], 'the letters that are left');
    },
  ),

  proves('RTY-8', 'with dead letters off a failing message is tried on and its key stands still', async (world) => {
    const command = numberedCommand(world);
    let works = false;
    const work = ({ seq }: { readonly seq: number }): void => {
      if (seq === 1 && !works) fail();
    };
    const handler = { onPoison: 'block-key', retry: { ...quickRetry, attemptsMax: 2 } } as const;
    const bus = await startConsumer(world, command, 'c', { work, handler });
    await publishNumbered(world, bus, command, ['k'], 2);
    await eventually(world, 'it is tried more often than attemptsMax', () => world.ledger.deliveries.length > 5);
    const ids = new Set(world.ledger.deliveries.map(({ messageId }) => messageId));
    checkEqual([...ids], [idOf(world, 'k', 1)], 'what was tried');
    works = true;
    await untilAccepted(world, 2);
    checkEqual((await bus.deadLetters.list()).letters, [], 'the dead letters');
  }),

  proves('RTY-10', 'a dead letter stays after every lease has passed', async (world) => {
    const command = numberedCommand(world);
    const handler = { retry: { ...quickRetry, attemptsMax: 1 } };
    const bus = await startConsumer(world, command, 'c', { work: fail, handler });
    await sendOne(world, bus, command);
    await untilLetters(world, bus, 1);
    await world.clock.sleep(world.harness.timing.leaseMs * 2);
    checkEqual((await letterOf(bus)).messageId, idOf(world, 'k', 1), 'the letter');
  }),

  proves('RTY-11', 'the dead letters of an ordered key keep that key', async (world) => {
    const command = numberedCommand(world);
    const handler = { retry: { ...quickRetry, attemptsMax: 1 } };
    const bus = await startConsumer(world, command, 'c', { work: fail, handler });
    await publishNumbered(world, bus, command, keysOf(3), 1);
    await untilLetters(world, bus, 3);
    const { letters } = await bus.deadLetters.list();
    checkEqual(letters.map(({ key }) => key ?? '').toSorted(), keysOf(3), 'the keys of the letters');
  }),

  proves('RTY-12', 'each subscription has its own retries', async (world) => {
    const event = numberedEvent(world);
    const one = { retry: { ...quickRetry, attemptsMax: 1 } };
    const three = { retry: { ...quickRetry, attemptsMax: 3 } };
    const bus = await startConsumer(world, event, 'once', { work: fail, handler: one, group: 'once' });
    const other = await startConsumer(world, event, 'thrice', { work: fail, handler: three, group: 'thrice' });
    await sendOne(world, bus, event);
    await untilLetters(world, bus, 1);
    await untilLetters(world, other, 1);
    const callsOf = (name: string): number =>
      world.ledger.deliveries.filter(({ consumerId }) => consumerId === name).length;
    checkEqual([callsOf('once'), callsOf('thrice')], [1, 3], 'calls of the two handlers');
    const told = [await letterOf(bus), await letterOf(other)].map(({ subscription, attempts }) => [
      subscription,
      attempts,
    ]);
    checkEqual(
      told,
      [
        [`${event.name}/once`, 1],
        [`${event.name}/thrice`, 3],
      ],
      'what the two letters tell',
    );
  }),
];
