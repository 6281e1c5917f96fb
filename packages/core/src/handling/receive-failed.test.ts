import { expect, test } from 'vitest';
import { z } from 'zod';
import type { BusEvent } from '../bus/bus-event.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { TransportDriver } from '../driver/index.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';

const Pay = defineCommand({ name: 'pay', version: 1, schema: z.object({ orderId: z.string() }) });

type Failures = (ReturnType<TransportDriver['codeOf']> | undefined)[];

/** Each call fails with the next code of its list, or works. */
const openStage = (failures: { readonly open: Failures; readonly receive: Failures }) => {
  const clock = virtualClock();
  const inner = inProcessTransport({ clock });
  let opened = 0;
  const failWith = (list: Failures): void => {
    const code = list.shift();
    if (code !== undefined) throw Object.assign(new Error(`a broker that is ${code}`), { code });
  };
  const transport: TransportDriver = {
    ...inner,
    codeOf: (error) => (error as { readonly code: ReturnType<TransportDriver['codeOf']> }).code,
    openReceiver: async (address, options) => {
      opened += 1;
      failWith(failures.open);
      const receiver = await inner.openReceiver(address, options);
      return {
        ...receiver,
        receiveBatch: async (limit, signal) => {
          failWith(failures.receive);
          return receiver.receiveBatch(limit, signal);
        },
      };
    },
  };
  const told: (Extract<BusEvent, { readonly event: 'receive-failed' }> & { readonly atMs: number })[] = [];
  const kit = testBus({
    clock,
    transport,
    observe: (event) => {
      if (event.event === 'receive-failed') told.push({ ...event, atMs: clock.monotonic() });
    },
  });
  const handled: string[] = [];
  kit.bus.handle(Pay, ({ orderId }) => void handled.push(orderId));
  return { ...kit, told, handled, opened: () => opened };
};

test('a receiver that fails is told of each time, with its code and its error, until it works', async () => {
  const { bus, told, handled, idle, stop, opened } = openStage({
    open: [],
    receive: ['unavailable', 'unauthorized', 'timeout'],
  });
  await idle(() => bus.send(Pay, { orderId: 'o-1' }));
  expect(told).toMatchObject([
    { subscription: 'pay', code: 'unavailable', error: new Error('a broker that is unavailable') },
    { subscription: 'pay', code: 'unauthorized', error: new Error('a broker that is unauthorized') },
    { subscription: 'pay', code: 'timeout', error: new Error('a broker that is timeout') },
  ]);
  expect([handled, opened()]).toEqual([['o-1'], 1]);
  await stop();
});

test('so is one that cannot be opened, and one that is closed is opened again', async () => {
  const { bus, told, handled, idle, stop, opened } = openStage({
    open: ['unavailable', undefined],
    receive: ['closed'],
  });
  await idle(() => bus.send(Pay, { orderId: 'o-1' }));
  expect(told.map(({ code }) => code)).toEqual(['unavailable', 'closed']);
  expect([handled, opened()]).toEqual([['o-1'], 3]);
  await stop();
});

test('the pauses grow, so that a broker that is away for long is told of a few times a minute', async () => {
  const { bus, clock, told, stop } = openStage({ open: Array.from({ length: 100 }, () => 'unavailable'), receive: [] });
  await bus.start();
  await clock.advance(60_000);
  expect(told.filter(({ atMs }) => atMs < 1000).length).toBeGreaterThan(2);
  expect(told.filter(({ atMs }) => atMs >= 30_000).length).toBeLessThanOrEqual(6);
  expect(await bus.health()).toMatchObject({ status: 'failing', subscriptions: [{ status: 'failing' }] });
  await stop();
});
