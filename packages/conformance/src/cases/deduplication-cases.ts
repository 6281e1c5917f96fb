import { memoryStore } from '@waybill/core';
import type { BusEvent } from '@waybill/core';
import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { patientModes } from '../harness/mode.ts';
import { eventually } from '../harness/world.ts';
import { caseGuarantees } from '../stage/case-guarantees.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { quickRetry, untilLetters } from '../stage/dead-letters.ts';
import { deduplicatedCommand, deduplicatedEvent, unorderedCommand } from '../stage/deduplicated-contract.ts';
import { readEffects, untilEffects, writeEffect } from '../stage/effects.ts';
import { failingStore } from '../stage/failing-store.ts';
import { commandAddress, openBus } from '../stage/open-bus.ts';
import { openStore } from '../stage/open-store.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { proves, refuses } from './case.ts';

const once = { effect: 'once' } as const;
const payload = { key: 'k', seq: 1 };

/** One effect per business identity. */
export const deduplicationCases: readonly ConformanceCase[] = [
  proves('DUP-1', 'two publishes of one identity have one effect', async (world) => {
    const command = deduplicatedCommand(world);
    const bus = await startConsumer(world, command, 'c', { handler: once });
    await bus.send(command, payload);
    await bus.send(command, payload);
    await bus.send(command, { key: 'k', seq: 2 });
    await untilAccepted(world, 2);
    await checkEmpty(world, commandAddress(command));
    checkEqual(world.ledger.deliveries.length, 2, 'calls of the handler');
  }),

  refuses(
    'DUP-2',
    'a window cannot be asked for, and an identity stays known after every lease',
    async (world) => {
      const command = deduplicatedCommand(world);
      const bus = await startConsumer(world, command, 'c', { handler: once });
      const asked = await openBus(world);
      const options = { ...once, deduplicationMs: 100 };
      const ask = async (): Promise<void> => asked.handle(command, () => undefined, options);
      await checkBusRefuses('invalid-options', 'the answer to a handler that asks for a window', ask);
      await bus.send(command, payload);
      await untilAccepted(world, 1);
      await world.clock.sleep(world.harness.timing.leaseMs * 2);
      await bus.send(command, payload);
      await checkEmpty(world, commandAddress(command));
      checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
    },
    patientModes,
  ),

  proves('DUP-3', 'a failed attempt does not use the identity up', async (world) => {
    const command = deduplicatedCommand(world);
    let failures = 0;
    const work = (): void => {
      failures += 1;
      if (failures < 3) throw new Error('not yet');
    };
    const bus = await startConsumer(world, command, 'c', { work, handler: { ...once, retry: quickRetry } });
    await bus.send(command, payload);
    await untilAccepted(world, 1);
    checkEqual(
      world.ledger.deliveries.map(({ outcome }) => outcome),
      ['failed', 'failed', 'accepted'],
      'the attempts',
    );
  }),

  proves('DUP-4', 'two copies that are handled at the same time by two consumers have one effect', async (world) => {
    const store = openStore(world);
    const command = unorderedCommand(world);
    const effects = { committed: 0 };
    const handler = { ...once, retry: quickRetry };
    const observe = (event: BusEvent): void => {
      if (event.event === 'handled') effects.committed += 1;
    };
    const options = { handler, bus: { store, observe }, work: () => world.clock.sleep(20) };
    const bus = await startConsumer(world, command, 'one', options);
    await startConsumer(world, command, 'two', options);
    await Promise.all(Array.from({ length: 10 }, () => bus.send(command, payload)));
    await checkEmpty(world, commandAddress(command));
    await eventually(world, 'the copies are handled', () => effects.committed > 0);
    checkEqual(effects.committed, 1, 'effects that were committed');
  }),

  proves('DUP-5', 'a storm of one identity stays one effect, and others are not held up', async (world) => {
    const command = unorderedCommand(world);
    const store = openStore(world);
    const handler = { ...once, retry: quickRetry };
    const bus = await startConsumer(world, command, 'c', { work: writeEffect(world), handler, bus: { store } });
    const storm = Array.from({ length: world.amount(1000) }, () => payload);
    const others = Array.from({ length: 100 }, (_, at) => ({ key: `o${at}`, seq: 1 }));
    const outcomes = await bus.publishAll(command, [...storm, ...others]);
    check(
      outcomes.every(({ status }) => status === 'confirmed'),
      'all are confirmed',
    );
    await untilEffects(world, store, 101);
    await checkEmpty(world, commandAddress(command));
    const effects = await readEffects(store);
    checkEqual(new Set(effects.map(({ key }) => key)).size, 101, 'identities that had an effect');
    checkEqual(effects.length, 101, 'effects');
    // Two that are tried at once are told apart at the commit; beyond those nobody runs a handler in vain.
    const calls = world.ledger.deliveries.length;
    check(calls <= 101 + storm.length / 10, `${calls} calls of the handler for 101 effects`);
  }),

  proves('DUP-6', 'each group counts identities for itself', async (world) => {
    const event = deduplicatedEvent(world);
    const store = openStore(world);
    const options = { work: writeEffect(world), handler: once, bus: { store } };
    const bus = await startConsumer(world, event, 'a', { ...options, group: 'a' });
    await startConsumer(world, event, 'b', { ...options, group: 'b' });
    await bus.publish(event, payload);
    await bus.publish(event, payload);
    await untilAccepted(world, 1, 'a');
    await untilAccepted(world, 1, 'b');
    await checkEmpty(world, { kind: 'event', channel: event.name, group: 'a' });
    await checkEmpty(world, { kind: 'event', channel: event.name, group: 'b' });
    checkEqual(world.ledger.deliveries.map(({ consumerId }) => consumerId).toSorted(), ['a', 'b'], 'who handled it');
    checkEqual((await readEffects(store)).length, 2, 'effects that were committed');
  }),

  proves(
    'DUP-7',
    'a publish repeated after an unknown outcome keeps its identity and has one effect',
    async (world) => {
      const command = deduplicatedCommand(world);
      const sent: string[] = [];
      // The broker takes the batch; what is lost is its answer.
      const transport = wrapDriver(await world.connect(), {
        sender: (sender) => ({
          sendBatch: async (messages) => {
            const outcomes = await sender.sendBatch(messages);
            sent.push(...messages.map(({ id, deduplicationKey }) => `${id} ${deduplicationKey}`));
            if (sent.length > 1) return outcomes;
            return messages.map(() => ({ status: 'unknown', error: new Error('the answer is lost') }));
          },
        }),
        driver: { codeOf: () => 'unavailable' },
      });
      const bus = await startConsumer(world, command, 'c', { handler: once, bus: { transport } });
      await bus.send(command, payload, { id: 'm1' });
      await checkEmpty(world, commandAddress(command));
      checkEqual(sent, ['m1 k/1', 'm1 k/1'], 'what was sent');
      checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
    },
  ),

  proves('DUP-8', 'while identities cannot be claimed nothing is accepted, and nothing is lost', async (world) => {
    const command = deduplicatedCommand(world);
    const { store, breakDown, heal, refusals } = failingStore(world, 'claim');
    const bus = await startConsumer(world, command, 'c', { handler: { ...once, retry: quickRetry }, bus: { store } });
    breakDown();
    await bus.send(command, payload);
    await eventually(world, 'a claim is refused', () => refusals() > 0);
    checkEqual(world.ledger.deliveries, [], 'calls of the handler without a claim');
    heal();
    await untilAccepted(world, 1);
    checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
  }),

  proves('DUP-9', 'a message without one of its keys is refused with a code before anything is sent', async (world) => {
    const command = deduplicatedCommand(world);
    const nameless = { ...command, deduplicationKey: () => '' };
    const bus = await startConsumer(world, command, 'c', { handler: once });
    const withoutOrder = (): Promise<unknown> => bus.send(command, { key: '', seq: 1 });
    await checkBusRefuses('empty-key', 'the answer to an empty ordering key', withoutOrder);
    const withoutIdentity = (): Promise<unknown> => bus.send(nameless, payload);
    await checkBusRefuses('empty-key', 'the answer to an empty deduplication key', withoutIdentity);
    await checkEmpty(world, commandAddress(command));
    checkEqual(world.ledger.deliveries, [], 'calls of the handler');
  }),

  proves(
    'DUP-10',
    'a commit that fails after the effect leaves neither effect nor mark, and the repeat has both',
    async (world) => {
      const command = deduplicatedCommand(world);
      const store = memoryStore({ clock: world.clock });
      let crashes = 0;
      const crashing: typeof store = {
        ...store,
        transaction: (work) =>
          store.transaction(async (transaction) => {
            const result = await work(transaction);
            if (transaction.native.table('effects').scan().length > 0 && crashes < 2) {
              crashes += 1;
              throw new Error('killed before the commit');
            }
            return result;
          }),
      };
      const bus = await openBus(world, { store: crashing });
      bus.handle(
        command,
        ({ seq }, { transaction }) => {
          const { table } = transaction as {
            readonly table: (name: string) => { put: (key: string, row: object) => void };
          };
          table('effects').put(`${Math.floor(world.random() * 1e9)}`, { seq });
        },
        { ...caseGuarantees(world), ...once, retry: { ...quickRetry, attemptsMax: 10 } },
      );
      await bus.start();
      await bus.send(command, payload);
      await eventually(world, 'the effect is committed', () => store.tables.table('effects').size > 0);
      await bus.send(command, payload);
      await checkEmpty(world, commandAddress(command));
      checkEqual([crashes, store.tables.table('effects').size], [2, 1], 'crashes and effects');
      await untilLetters(world, bus, 0);
    },
  ),
];
