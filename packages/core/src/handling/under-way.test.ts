import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import type { Receipt, ReceiverOptions, Settlement, TransportDriver } from '../driver/index.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const Work = defineCommand({
  name: 'work',
  version: 1,
  schema: z.object({ key: z.string(), step: z.int() }),
  orderingKey: ({ key }) => key,
});

interface News {
  readonly receipts: readonly Receipt[];
  readonly options: ReceiverOptions;
  /** Gives them back to the broker. */
  readonly giveBack: () => Promise<void>;
}

/** A transport that says something of the first deliveries that it hands out before anybody has them. */
function hastyTransport(transport: TransportDriver, tell: (news: News) => Promise<void>) {
  const settled: Settlement['action'][] = [];
  let hasTold = false;
  const hasty: TransportDriver = {
    ...transport,
    openReceiver: async (address, options) => {
      const receiver = await transport.openReceiver(address, options);
      return {
        ...receiver,
        receiveBatch: async (limit, signal) => {
          const deliveries = await receiver.receiveBatch(limit, signal);
          const receipts = deliveries.map(({ receipt }) => receipt);
          const giveBack = async (): Promise<void> => {
            await receiver.settleBatch(receipts.map((receipt) => ({ receipt, action: 'release', delayMs: 0 })));
          };
          if (!hasTold && receipts.length > 0) {
            hasTold = true;
            await tell({ receipts, options, giveBack });
          }
          return deliveries;
        },
        settleBatch: (settlements) => {
          settled.push(...settlements.map(({ action }) => action));
          return receiver.settleBatch(settlements);
        },
      };
    },
  };
  return { transport: hasty, settled };
}

async function handle(tell: (news: News) => Promise<void>) {
  const clock = virtualClock();
  const { transport, settled } = hastyTransport(inProcessTransport({ clock }), tell);
  const { bus } = testBus({ clock, transport });
  const steps: number[] = [];
  bus.handle(Work, ({ step }) => void steps.push(step), { durability: 'volatile' });
  await bus.start();
  await bus.publishAll(Work, [
    { key: 'ada', step: 1 },
    { key: 'ada', step: 2 },
  ]);
  await clock.advance(1000);
  await bus.stop();
  return { steps, settled };
}

test('what is lost on its way to the lanes is not begun: it comes again where it belongs', async () => {
  const { steps, settled } = await handle(async ({ receipts, options, giveBack }) => {
    await giveBack();
    options.onLost(receipts);
  });
  expect(steps).toEqual([1, 2]);
  expect(settled).toEqual(['accept', 'accept']);
});

test('what is recalled on its way to the lanes is given back and not begun', async () => {
  const { steps, settled } = await handle(async ({ receipts, options }) => options.onRecall?.(receipts, 100));
  expect(steps).toEqual([1, 2]);
  expect(settled.filter((action) => action === 'release').length).toBeGreaterThan(0);
  expect(settled.filter((action) => action === 'accept')).toHaveLength(2);
});
