import type { Command } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import { hostileBodies } from '@waybill/core/testing';
import type { HostileBody } from '@waybill/core/testing';
import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { World } from '../harness/world.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { letterOf, quickRetry, sendOne, untilLetters } from '../stage/dead-letters.ts';
import { hasKeyOrder } from '../stage/has-key-order.ts';
import { message, textOf } from '../stage/message.ts';
import { commandAddress, numberedCommand } from '../stage/open-bus.ts';
import type { Numbered } from '../stage/open-bus.ts';
import { openStore } from '../stage/open-store.ts';
import { idOf, keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { needing, proves } from './case.ts';

const fail = (): never => {
  throw new Error('never works');
};

/** What is put aside, whole and unhandled, and what comes of it when it is replayed. */
export const deadLetterCases: readonly ConformanceCase[] = [
  proves('RTY-2', 'what breaks its contract is put aside at once, and no handler sees it', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c', { handler: { retry: quickRetry } });
    await sendRaw(world, command, [
      { name: 'a text for a number', body: new TextEncoder().encode('{"key":"k","seq":"one"}') },
    ]);
    await untilLetters(world, bus, 1);
    checkEqual((await letterOf(bus)).reason, 'payload-invalid', 'why it is put aside');
    checkEqual(world.ledger.deliveries, [], 'calls of the handler');
    await checkEmpty(world, commandAddress(command));
  }),

  proves('RTY-5', 'hostile bodies are put aside byte by byte as they came, and the consumer goes on', async (world) => {
    const command = numberedCommand(world);
    const bus = await startConsumer(world, command, 'c');
    const small = hostileBodies().filter(({ body }) => body.byteLength <= 8192);
    const bodies = small.filter((_, place) => place % Math.ceil(small.length / 90) === 0);
    await sendRaw(world, command, bodies);
    await untilLetters(world, bus, bodies.length);
    const { letters } = await bus.deadLetters.list();
    const kept = new Map(letters.map(({ messageId, body }) => [messageId, [...body]]));
    for (const [place, { name, body }] of bodies.entries()) {
      checkEqual(kept.get(`raw-${place}`), [...body], `the letter of ${name}`);
    }
    checkEqual(world.ledger.deliveries, [], 'calls of the handler');
    await sendOne(world, bus, command);
    await untilAccepted(world, 1);
  }),

  proves(
    'RTY-5',
    'what another program sends without a header is put aside, and the consumer goes on',
    needing(['foreign'], async (world, { foreign }) => {
      const command = numberedCommand(world);
      const bus = await startConsumer(world, command, 'c');
      const body = new TextEncoder().encode('hello');
      await foreign.publish({ kind: 'command', channel: command.name }, { headers: {}, body });
      await untilLetters(world, bus, 1);
      checkEqual(textOf((await letterOf(bus)).body), 'hello', 'the body of the letter');
      await sendOne(world, bus, command);
      await untilAccepted(world, 1);
      checkEqual(world.ledger.deliveries.length, 1, 'calls of the handler');
    }),
  ),

  proves(
    'RTY-7',
    'parked keys that are replayed while new messages come keep their order, and nothing twice',
    async (world) => {
      checkApplies(hasKeyOrder(world), 'without order there is no key to park');
      const command = numberedCommand(world);
      let isBroken = true;
      const work = (): void => {
        if (isBroken) fail();
      };
      const handler = { onPoison: 'park-key', retry: { ...quickRetry, attemptsMax: 2 } } as const;
      const bus = await startConsumer(world, command, 'c', { work, handler });
      const keys = keysOf(4);
      await publishNumbered(world, bus, command, keys, 5);
      await untilLetters(world, bus, 20);
      isBroken = false;
      const coming = publishNumbered(world, bus, command, keys, 10, 6);
      const { failed, held } = await bus.deadLetters.replay({});
      await coming;
      checkEqual({ failed, held }, { failed: 0, held: 0 }, 'the report');
      await untilAccepted(world, 60);
      await untilLetters(world, bus, 0);
      await checkEmpty(world, commandAddress(command));
      checkLedger(world);
    },
  ),

  proves(
    'RTY-7',
    'a letter that fails again stays with its count, and the later ones of its key behind it',
    async (world) => {
      const command = numberedCommand(world);
      let broken = 3;
      const work = ({ seq }: Numbered): void => {
        if (seq <= broken) fail();
      };
      const bus = await startConsumer(world, command, 'c', {
        work,
        handler: { retry: { ...quickRetry, attemptsMax: 1 } },
      });
      // One after the other: a broker without order may turn round what is sent together.
      for (const seq of [1, 2, 3]) {
        await publishNumbered(world, bus, command, ['k'], 1, seq);
        await untilLetters(world, bus, seq);
      }
      broken = 1;
      checkEqual(await bus.deadLetters.replay({}), { replayed: 0, failed: 1, held: 2 }, 'the first report');
      const { letters } = await bus.deadLetters.list();
      checkEqual(
        letters.map(({ replays }) => replays),
        [1, 0, 0],
        'replays of the letters',
      );
      broken = 0;
      checkEqual(await bus.deadLetters.replay({}), { replayed: 3, failed: 0, held: 0 }, 'the second report');
      const accepted = world.ledger.deliveries.filter(({ outcome }) => outcome === 'accepted');
      checkEqual(
        accepted.map(({ messageId }) => messageId),
        [1, 2, 3].map((seq) => idOf(world, 'k', seq)),
        'what was handled at last',
      );
    },
  ),

  proves(
    'RTY-8',
    'a store that keeps no dead letters is refused at the start, unless the key may stand still',
    async (world) => {
      const command = numberedCommand(world);
      const store = withoutDeadLetters(openStore(world));
      const refused = (): Promise<unknown> => startConsumer(world, command, 'c', { bus: { store } });
      await checkBusRefuses('plan-refused', 'the answer to a start without a place for dead letters', refused);
      const handler = { onPoison: 'block-key', effect: 'at-least-once' } as const;
      const bus = await startConsumer(world, command, 'c', { handler, bus: { store } });
      await sendOne(world, bus, command);
      await untilAccepted(world, 1);
    },
  ),
];

/** Past the bus, in an envelope that is in order. */
async function sendRaw(world: World, { name }: Command<Numbered>, bodies: readonly HostileBody[]): Promise<void> {
  const driver = await world.connect();
  const sender = await driver.openSender({ kind: 'command', channel: name });
  const headers = { 'ce-type': name, 'ce-time': '2026-01-01T00:00:00Z', 'wb-version': '1' };
  for (const [place, { body }] of bodies.entries()) {
    const [outcome] = await sender.sendBatch([{ ...message(`raw-${place}`, { headers }), body }]);
    check(outcome?.status === 'confirmed', 'what is sent past the bus is taken');
  }
}

function withoutDeadLetters(store: StoreDriver): StoreDriver {
  const { capabilities } = store;
  const deadLetters = { ...capabilities.deadLetters, level: 'unsupported' } as const;
  return { ...store, capabilities: { ...capabilities, deadLetters } };
}
