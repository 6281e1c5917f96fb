import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../contracts/define-command.ts';
import type { SendOutcome, StoreDriver, TransportDriver } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { inProcessTransport } from '../testing/in-process-transport.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createBus } from './create-bus.ts';

const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema: z.object({ orderId: z.string() }) });

type CommonCode = 'unauthorized' | 'unavailable' | 'timeout' | 'unknown';

/** What a client library throws: a raw error, with the credentials in its text. */
class RawError extends Error {
  readonly code: CommonCode;
  constructor(code: CommonCode) {
    super(`${code} at amqp://shop:s3cret@broker`);
    this.code = code;
  }
}

const clock = virtualClock();
const codeOf = (error: unknown): CommonCode => (error instanceof RawError ? error.code : 'unknown');
const fail = (code: CommonCode) => () => Promise.reject(new RawError(code));

function open(drivers: {
  readonly transport?: Partial<TransportDriver>;
  readonly store?: Partial<StoreDriver<MemoryTables>>;
}) {
  const transport = { ...inProcessTransport({ clock }), codeOf, ...drivers.transport };
  const store: StoreDriver<MemoryTables> = { ...memoryStore({ clock }), codeOf, ...drivers.store };
  return createBus({ clock, transport, store, publishRetryMs: 0 });
}

const wrapped = (code: string, address: string) =>
  expect.toSatisfy(
    (error: Error & { code: string }) =>
      error.code === code &&
      error.message.includes(address) &&
      !error.message.includes('s3cret') &&
      error.cause instanceof RawError,
  ) as Error;

test('start: the topology cannot be created', async () => {
  const bus = open({ transport: { ensureTopology: fail('unauthorized') } });
  await expect(bus.start()).rejects.toThrow(wrapped('unauthorized', 'topology on in-process'));
});

test('health and drain: the store or the broker cannot be asked', async () => {
  const bus = open({ store: { inspect: fail('timeout') } });
  await bus.start();
  await expect(clock.runUntil(bus.health())).rejects.toThrow(wrapped('timeout', 'in store memory'));
  await expect(clock.runUntil(bus.drain())).rejects.toThrow(wrapped('timeout', 'in store memory'));
});

test.each<[SendOutcome['status'], string]>([
  ['rejected', 'publish-rejected'],
  ['unknown', 'publish-unknown'],
])('publish: what the broker %s is %s, caused by the coded error of the driver', async (status, code) => {
  const outcome = { status, error: new RawError('unauthorized') } as SendOutcome;
  const openSender: TransportDriver['openSender'] = async () => ({
    sendBatch: async (messages) => messages.map(() => outcome),
    close: async () => undefined,
  });
  const bus = open({ transport: { openSender } });
  await bus.start();
  const publishing = clock.runUntil(bus.send(ChargeOrder, { orderId: 'o-1' }));
  await expect(publishing).rejects.toMatchObject({ code, cause: { code: 'unauthorized' } });
  await expect(publishing).rejects.toThrow(
    expect.objectContaining({ cause: wrapped('unauthorized', 'charge-order') }) as Error,
  );
});

test('transaction: an error of the store is wrapped, one of the work passes as it is', async () => {
  const bus = open({ store: { transaction: fail('unavailable') } });
  await bus.start();
  await expect(bus.transaction(async () => 1)).rejects.toThrow(wrapped('unavailable', 'in store memory'));
  const working = open({});
  await working.start();
  const own = new Error('no stock');
  await expect(working.transaction(() => Promise.reject(own))).rejects.toBe(own);
  const raw = fail('timeout');
  await expect(working.transaction(raw)).rejects.toThrow(wrapped('timeout', 'in store memory'));
});
