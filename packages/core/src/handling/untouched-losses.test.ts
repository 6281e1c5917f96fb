import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import type { Receipt, ReceiverOptions, TransportDriver, TransportReceiver } from '../driver/index.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createUntouchedLosses } from './untouched-losses.ts';

const Work = defineCommand({
  name: 'work',
  version: 1,
  schema: z.object({ key: z.string() }),
  orderingKey: ({ key }) => key,
});

/** A transport whose connection can be lost: all that was handed out comes again, and counts as delivered once more. */
function flappingTransport(inner: TransportDriver): {
  readonly transport: TransportDriver;
  readonly flap: () => Promise<void>;
} {
  const open: { readonly receiver: TransportReceiver; readonly onLost: ReceiverOptions['onLost'] }[] = [];
  const held = new Set<Receipt>();
  return {
    flap: async () => {
      const lost = [...held];
      held.clear();
      for (const { receiver, onLost } of open) {
        await receiver.settleBatch(lost.map((receipt) => ({ receipt, action: 'release', delayMs: 0 })));
        onLost(lost);
      }
    },
    transport: {
      ...inner,
      openReceiver: async (address, options) => {
        const receiver = await inner.openReceiver(address, options);
        open.push({ receiver, onLost: options.onLost });
        return {
          ...receiver,
          receiveBatch: async (limit, signal) => {
            const deliveries = await receiver.receiveBatch(limit, signal);
            for (const { receipt } of deliveries) held.add(receipt);
            return deliveries;
          },
          settleBatch: (settlements) => {
            for (const { receipt } of settlements) held.delete(receipt);
            return receiver.settleBatch(settlements);
          },
        };
      },
    },
  };
}

test('what only waits while the connection is lost again and again is neither poison nor out of attempts', async () => {
  const clock = virtualClock();
  const { transport, flap } = flappingTransport(inProcessTransport({ clock }));
  const { bus } = testBus({ clock, transport });
  const calls: string[] = [];
  bus.handle(
    Work,
    async ({ key }, { signal, envelope }) => {
      calls.push(`${key} ${envelope.attempt}`);
      if (key === 'slow') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      else if (calls.filter((call) => call.startsWith(key)).length === 1) throw new Error('Once.');
    },
    { concurrency: 1, retry: { deliveriesMax: 4, attemptsMax: 2, backoffMs: 1 } },
  );
  await clock.runUntil(bus.start());
  await clock.runUntil(bus.send(Work, { key: 'slow' }));
  await clock.runUntil(bus.send(Work, { key: 'patient' }));
  await clock.advance(10);
  for (let loss = 0; loss < 6; loss += 1) {
    await clock.runUntil(flap());
    await clock.advance(10);
  }
  await clock.advance(1000);
  const { letters } = await bus.deadLetters.list();
  expect(letters.map(({ key }) => key)).toEqual(['slow']);
  expect(calls.filter((call) => call.startsWith('patient'))).toEqual(['patient 1', 'patient 2']);
});

test('losses are counted by id, forgotten on demand, and never kept for more than a bounded number of ids', () => {
  const losses = createUntouchedLosses();
  losses.note('a');
  losses.note('a');
  losses.note('');
  expect([losses.of('a'), losses.of(''), losses.of('b')]).toEqual([2, 0, 0]);
  losses.forget('a');
  expect(losses.of('a')).toBe(0);
  for (let id = 0; id <= 10_000; id += 1) losses.note(String(id));
  expect([losses.of('0'), losses.of('1'), losses.of('10000')]).toEqual([0, 1, 1]);
});
