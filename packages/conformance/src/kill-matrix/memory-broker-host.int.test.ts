import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportDriver } from '@waybill/core/driver';
import { createMemoryBroker, memoryTransport } from '@waybill/transport-memory';
import type { MemoryBroker } from '@waybill/transport-memory';
import { expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../proxy/start-proxy.ts';
import type { Proxy } from '../proxy/start-proxy.ts';
import { startMemoryBrokerHost } from './memory-broker-host.ts';
import type { MemoryBrokerHost } from './memory-broker-host.ts';
import { remoteMemoryTransport } from './remote-memory-transport.ts';
import type { RemoteMemoryOptions } from './remote-memory-transport.ts';
import { idsOf, message, never, orders, receiverOn, startHoldingChild } from './testing/remote-stage.ts';
import type { HoldingChild } from './testing/remote-stage.ts';

interface Stage {
  readonly broker: MemoryBroker;
  readonly host: MemoryBrokerHost;
  readonly proxy: Proxy;
  /** A connection past the proxy. */
  readonly transport: TransportDriver;
  readonly through: (options?: Partial<RemoteMemoryOptions>) => Promise<TransportDriver>;
  readonly child: (leaseMs: number) => HoldingChild;
  readonly inQueue: () => { readonly ready: number | undefined; readonly inFlight: number | undefined };
}

async function openStage(): Promise<Stage> {
  const broker = createMemoryBroker();
  const host = await startMemoryBrokerHost({ connect: async () => memoryTransport({ broker }) });
  onTestFinished(() => host.close());
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: host.port }, protocol: 'memory' });
  onTestFinished(() => proxy.close());
  const open = async (options: RemoteMemoryOptions): Promise<TransportDriver> => {
    const transport = await remoteMemoryTransport(options);
    onTestFinished(() => transport.close());
    return transport;
  };
  const transport = await open({ port: host.port });
  await transport.ensureTopology({ channels: [orders], subscriptions: [{ ...orders, leaseMs: 60_000 }] });
  return {
    broker,
    host,
    proxy,
    transport,
    through: (options) => open({ port: proxy.port, ...options }),
    child: (leaseMs) => {
      const child = startHoldingChild(host.port, leaseMs);
      onTestFinished(() => void child.process.kill('SIGKILL'));
      return child;
    },
    inQueue: () => broker.channelOf(orders).inspect(orders.group),
  };
}

const many = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `m-${String(from + index).padStart(4, '0')}`);

const messagesOf = (ids: readonly string[]) => ids.map((id) => message(id));

test('what one connection sends another receives whole and in the order of its key', async () => {
  const { transport, through } = await openStage();
  const sender = await (await through()).openSender(orders);
  const odd = { ...message('odd', '__proto__'), headers: { ['__proto__']: '\uD800', '': 'no name' } };
  expect(await sender.sendBatch([...messagesOf(many(50)), odd])).toEqual(
    Array.from({ length: 51 }, () => ({ status: 'confirmed' })),
  );
  const receiver = await receiverOn(transport);
  const deliveries = await receiver.receiveBatch(100, never);
  expect(idsOf(deliveries)).toEqual([...many(50), 'odd']);
  expect(deliveries.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 51 }, () => 1));
  const last = deliveries.at(-1)?.message;
  expect({ ...last, body: Buffer.from(last?.body ?? []).toString() }).toEqual({ ...odd, body: 'odd' });
  expect(Object.entries(last?.headers ?? {})).toEqual(Object.entries(odd.headers));
  expect(new Set(await receiver.accept(deliveries))).toEqual(new Set(['settled']));
  expect(await receiver.accept(deliveries.slice(0, 1))).toEqual(['settled']);
  expect(await transport.inspect(orders)).toMatchObject({ ready: 0, inFlight: 0 });
});

test('a batch of 18 MB goes through whole', { timeout: 30_000 }, async () => {
  const { transport } = await openStage();
  const large = many(20).map((id, index) => ({ ...message(id), body: Buffer.alloc(900_000, index) }));
  const outcomes = await (await transport.openSender(orders)).sendBatch(large);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['confirmed']));
  const deliveries = await (await receiverOn(transport)).receiveBatch(100, never);
  const isWhole = deliveries.map(({ message: { body } }, index) => Buffer.compare(body, large[index]?.body ?? body));
  expect(isWhole).toEqual(large.map(() => 0));
});

test(
  'what a child holds that is killed comes back at once, in order, as the next attempt',
  { timeout: 30_000 },
  async () => {
    const { transport, child, host, inQueue } = await openStage();
    const sender = await transport.openSender(orders);
    await sender.sendBatch(messagesOf(many(20)));
    const victim = child(60_000);
    const { ids } = await victim.next('holds');
    expect(ids).toEqual(many(20));
    expect(inQueue()).toMatchObject({ ready: 0, inFlight: 20 });
    expect(host.connections).toBe(2);

    const receiver = await receiverOn(transport);
    const waiting = receiver.receiveBatch(100, never);
    victim.process.kill('SIGKILL');
    const deliveries = await waiting;
    expect(idsOf(deliveries)).toEqual(many(20));
    expect(new Set(deliveries.map(({ attempt }) => attempt))).toEqual(new Set([2]));
    await receiver.accept(deliveries);
    expect(inQueue()).toMatchObject({ ready: 0, inFlight: 0 });
    expect(host.connections).toBe(1);
  },
);

test(
  'a child that is frozen past its lease is told when it goes on, and settles nothing',
  { timeout: 30_000 },
  async () => {
    const { transport, child, inQueue } = await openStage();
    const sender = await transport.openSender(orders);
    await sender.sendBatch(messagesOf(many(5)));
    const zombie = child(500);
    await zombie.next('holds');
    zombie.process.kill('SIGSTOP');
    const receiver = await receiverOn(transport);
    const deliveries = await receiver.receiveBatch(100, never);
    expect(deliveries.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2, 2]);
    zombie.process.kill('SIGCONT');
    expect(await zombie.next('lost')).toEqual({ report: 'lost', count: 5 });
    zombie.process.send('settle');
    expect(await zombie.next('settled')).toEqual({ report: 'settled', statuses: many(5).map(() => 'lost') });
    expect(inQueue()).toMatchObject({ ready: 0, inFlight: 5 });
    expect(await receiver.accept(deliveries)).toEqual(many(5).map(() => 'settled'));
  },
);

test.each([
  { what: 'before it arrived', at: 'memory.send', deliver: false, arrived: 0 },
  { what: 'after it arrived', at: 'memory.send', deliver: true, arrived: 3 },
  { what: 'before its confirmation', at: 'memory.sent', deliver: false, arrived: 3 },
] as const)('a send that is cut $what is unknown, and the next one connects again', async (row) => {
  const { proxy, through, inQueue } = await openStage();
  const sender = await (await through()).openSender(orders);
  const cut = proxy.addToxic({ kind: 'cut', at: row.at, deliver: row.deliver, times: 1 });
  const outcomes = await sender.sendBatch(messagesOf(many(3)));
  expect(outcomes).toMatchObject(many(3).map(() => ({ status: 'unknown', error: { reason: 'connection-lost' } })));
  expect(cut.hits).toBe(1);
  await expect.poll(() => inQueue().ready).toBe(row.arrived);
  expect(await sender.sendBatch(messagesOf(many(1, 3)))).toEqual([{ status: 'confirmed' }]);
});

test('a connection that is lost takes what was held on it, and the next call of the receiver gets it again', async () => {
  const { proxy, through, transport } = await openStage();
  const sent = many(4).map((id, index) => message(id, `key-${index}`));
  await (await transport.openSender(orders)).sendBatch(sent);
  const receiver = await receiverOn(await through());
  const held = await receiver.receiveBatch(2, never);
  expect(idsOf(await receiver.receiveBatch(2, never))).toEqual(many(2, 2));
  expect(await proxy.cutAll()).toBe(1);
  await expect.poll(() => receiver.lost.length).toBe(4);
  expect(receiver.lost.slice(0, 2)).toEqual(held.map(({ receipt }) => receipt));
  expect(await receiver.accept(held)).toEqual(['lost', 'lost']);
  expect(await receiver.extendBatch([held[0]?.receipt ?? {}], 1000)).toEqual(['lost']);

  const again = await receiver.receiveBatch(10, never);
  expect(again.map(({ message: { id }, attempt }) => `${id} ${attempt}`).toSorted()).toEqual(
    many(4).map((id) => `${id} 2`),
  );
  expect(await receiver.extendBatch([again[0]?.receipt ?? {}], 1000)).toEqual(['extended']);
  expect(await receiver.accept(again)).toEqual(many(4).map(() => 'settled'));
});

test.each([
  { what: 'before it arrived', at: 'memory.settle', deliver: false, left: 1 },
  { what: 'before its answer', at: 'memory.settled', deliver: false, left: 0 },
] as const)('a settlement that is cut $what is lost, whatever became of it', async ({ at, deliver, left }) => {
  const { proxy, through, transport, inQueue } = await openStage();
  await (await transport.openSender(orders)).sendBatch(messagesOf(many(1)));
  const receiver = await receiverOn(await through());
  const deliveries = await receiver.receiveBatch(1, never);
  proxy.addToxic({ kind: 'cut', at, deliver, times: 1 });
  expect(await receiver.accept(deliveries)).toEqual(['lost']);
  await expect.poll(() => inQueue()).toMatchObject({ ready: left, inFlight: 0 });
});

test(
  'cuts at any frame, with every doubtful send repeated, lose nothing and let no message of a key overtake another',
  { timeout: 30_000 },
  async () => {
    const { proxy, through, inQueue } = await openStage();
    const toxics = (['memory.send', 'memory.sent', 'memory.deliver', 'memory.settle', 'memory.settled'] as const).map(
      (at) => proxy.addToxic({ kind: 'cut', at, deliver: at === 'memory.settle', chance: 0.15 }),
    );
    const sending = (async () => {
      const sender = await retried(async () => (await through()).openSender(orders));
      for (const id of many(120)) {
        await retried(async () => {
          const [outcome] = await sender.sendBatch([message(id)]);
          if (outcome?.status !== 'confirmed') throw new Error('not confirmed');
        });
      }
    })();
    const receiver = await retried(async () => receiverOn(await through()));
    const seen: string[] = [];
    for (let isLast = false; !isLast || (inQueue().ready ?? 0) + (inQueue().inFlight ?? 0) > 0;) {
      const patience = new AbortController();
      setTimeout(() => patience.abort(), 100);
      const deliveries = await receiver.receiveBatch(7, patience.signal).catch(() => []);
      seen.push(...idsOf(deliveries));
      await receiver.accept(deliveries);
      isLast ||= seen.includes('m-0119');
    }
    await sending;
    for (const { hits } of toxics) expect(hits).toBeGreaterThan(0);
    const firsts = [...new Set(seen)];
    expect(firsts).toEqual(many(120));
  },
);

test('an abort ends the waiting, and what came too late for it is there for the next call', async () => {
  const { proxy, through, transport } = await openStage();
  const receiver = await receiverOn(await through());
  const late = proxy.addToxic({ kind: 'hold-reply', at: 'memory.deliver', ms: 200, times: 1 });
  const stop = new AbortController();
  const waiting = receiver.receiveBatch(10, stop.signal);
  await (await transport.openSender(orders)).sendBatch(messagesOf(many(2)));
  await expect.poll(() => late.hits).toBe(1);
  stop.abort();
  expect(await waiting).toEqual([]);
  const deliveries = await receiver.receiveBatch(10, never);
  expect(deliveries.map(({ message: { id }, attempt }) => `${id} ${attempt}`)).toEqual(many(2).map((id) => `${id} 1`));
  expect(await receiver.receiveBatch(10, AbortSignal.abort())).toEqual([]);
});

test('a network that swallows everything makes a send unknown once its time is over', async () => {
  const { proxy, through } = await openStage();
  const sender = await (await through({ answerMsMax: 300 })).openSender(orders);
  const hole = proxy.addToxic({ kind: 'black-hole' });
  expect(await sender.sendBatch(messagesOf(many(1)))).toMatchObject([{ status: 'unknown' }]);
  hole.remove();
  await proxy.cutAll();
  await expect.poll(() => sender.sendBatch(messagesOf(many(1))).catch(() => [])).toEqual([{ status: 'confirmed' }]);
});

test('a host that is gone is unavailable, and one that is back on its port goes on with the same broker', async () => {
  const { broker, host, transport } = await openStage();
  const sender = await transport.openSender(orders);
  await sender.sendBatch(messagesOf(many(1)));
  await host.close();
  const refusal = () => sender.sendBatch(messagesOf(many(1))).then(String, (error: unknown) => transport.codeOf(error));
  await expect.poll(refusal).toBe('unavailable');
  const back = await startMemoryBrokerHost({ connect: async () => memoryTransport({ broker }), port: host.port });
  onTestFinished(() => back.close());
  await expect.poll(() => sender.sendBatch(messagesOf(many(1, 1))).catch(() => [])).toEqual([{ status: 'confirmed' }]);
  const receiver = await receiverOn(transport);
  expect(idsOf(await receiver.receiveBatch(10, never))).toEqual(many(2));
});

test('errors of the broker keep their codes, and a closed transport says so', async () => {
  const { transport } = await openStage();
  const codeOf = async (work: () => Promise<unknown>) => {
    try {
      return await work();
    } catch (error) {
      return transport.codeOf(error);
    }
  };
  const elsewhere = { kind: 'command', channel: 'elsewhere', group: 'workers' } as const;
  expect(await codeOf(() => transport.openSender(elsewhere))).toBe('not-found');
  expect(await codeOf(() => transport.inspect(elsewhere))).toBe('not-found');
  expect(await codeOf(() => receiverOn(transport, -1))).toBe('unsupported');
  const sender = await transport.openSender(orders);
  const receiver = await receiverOn(transport);
  const waiting = receiver.receiveBatch(1, never);
  await transport.close();
  expect(await waiting).toEqual([]);
  expect(await codeOf(() => sender.sendBatch(messagesOf(many(1))))).toBe('closed');
  expect(await codeOf(() => receiver.receiveBatch(1, never))).toBe('closed');
  expect(await codeOf(() => transport.openSender(orders))).toBe('closed');
  expect(transport.codeOf(new Error('of somebody else'))).toBe('unknown');
});

test.each([
  ['that is no value', Buffer.from([0, 0, 0, 1, 1, 0xff])],
  ['that is too long', Buffer.from([0xff, 0xff, 0xff, 0xff, 1])],
  ['that is no call', Buffer.from([0, 0, 0, 4, 1, 0xff, 0x0f, 0x49, 0x02])],
])('a frame %s ends its connection and no other', async (_what, bytes) => {
  const { host, transport } = await openStage();
  const socket = connect({ host: '127.0.0.1', port: host.port }).on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  expect((await transport.inspect(orders)).ready).toBe(0);
  expect(host.connections).toBe(1);
});

/** Until it succeeds; the test's own limit ends what never does. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch {
      await sleep(5);
    }
  }
}
