import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import type { ConfirmChannel } from 'amqplib';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { OpenChannel } from '../connection/managed-connection.ts';
import { createRabbitAdmin } from '../testing/rabbit-admin.ts';
import { idsIn, messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';
import { ensureTopology } from '../topology/ensure-topology.ts';
import { createLaneChannel } from './lane-channel.ts';
import { createRabbitSender } from './rabbit-sender.ts';

const broker = await findBroker('rabbitmq', 'what becomes of a publish to RabbitMQ that fails');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';

const stageOf = async (options: SenderStageOptions = {}): Promise<SenderStage> => {
  const stage = await openSenderStage(url, options);
  onTestFinished(() => stage.close());
  return stage;
};

const proxiedStageOf = async (
  options: SenderStageOptions = {},
): Promise<{ readonly stage: SenderStage; readonly proxy: Proxy }> => {
  const { hostname, port } = new URL(url);
  const proxy = await startProxy({ target: { host: hostname, port: Number(port) }, protocol: 'amqp' });
  onTestFinished(() => proxy.close());
  const through = new URL(url);
  through.port = String(proxy.port);
  return { stage: await stageOf({ through: through.href, partitions: 1, ...options }), proxy };
};

/** The methods that pass, as class and method number: `20.10` opens a channel, `20.40` closes one. */
const methodsThrough = (proxy: Proxy): readonly string[] => {
  const labels: string[] = [];
  const look = ({ label }: { readonly label: string }): boolean => {
    labels.push(label);
    return false;
  };
  proxy.addToxic({ kind: 'cut', at: look, deliver: true, direction: 'to-broker' });
  return labels;
};

/** Keys of partition 0 and of partition 1, where there are two. */
const [keyOf0, keyOf1] = ['k0', 'k1'];

test('a publish that never arrives is as doubtful as one that does, and sending it again brings it once', async () => {
  const { stage, proxy } = await proxiedStageOf();
  const cut = proxy.addToxic({ kind: 'cut', at: 'amqp.publish', deliver: false, times: 1 });
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['unknown unavailable']);
  expect(cut.hits).toBe(1);
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
  expect(await idsIn(stage)).toEqual(['a']);
});

test('a confirm that is late is unknown at the deadline, and later batches take a channel without the gap', async () => {
  const { stage, proxy } = await proxiedStageOf({ publishTimeoutMs: 1000, heartbeatSeconds: 30 });
  const methods = methodsThrough(proxy);
  const hold = proxy.addToxic({ kind: 'hold-reply', at: 'amqp.confirm', ms: 1400, times: 1 });
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['unknown timeout']);
  expect(hold.hits).toBe(1);
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('b')]))).toEqual(['confirmed']);
  expect(methods.filter((method) => method === '20.10')).toHaveLength(2);
  await vi.waitUntil(() => methods.includes('20.40'), 3000);
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('c')]))).toEqual(['confirmed']);
  expect(await idsIn(stage)).toEqual(['a', 'b', 'c']);
});

test('each target queue has one confirm channel, and keeps it', async () => {
  const { stage, proxy } = await proxiedStageOf({ partitions: 4, delaysMs: [60_000] });
  const methods = methodsThrough(proxy);
  for (let round = 0; round < 5; round += 1) {
    const now = Array.from({ length: 40 }, (_, index) => messageOf(`m${index}`));
    const outcomes = await stage.sender.sendBatch([...now, { ...messageOf('late'), delayMs: 1000 }]);
    expect(new Set(verdictsOf(outcomes))).toEqual(new Set(['confirmed']));
  }
  expect(methods.filter((method) => method === '20.10')).toHaveLength(5);
});

test('amqplib keeps no entry of a confirmed publish, however the queues confirm', async () => {
  const partitions = 4;
  const stage = await stageOf({ partitions });
  const channels: object[] = [];
  const openChannel = async (): Promise<ConfirmChannel> => {
    const channel = await stage.connection.openChannel('confirm');
    channels.push(channel);
    return channel;
  };
  const connection = { ...stage.connection, openChannel: openChannel as OpenChannel };
  const sender = createRabbitSender({ ...stage, connection, check: () => Promise.resolve() });
  const send = (count: number) => sender.sendBatch(Array.from({ length: count }, () => messageOf('m')));
  // Many at once are confirmed out of order over several queues; then one at a time, each by a confirm of its own.
  for (let round = 0; round < 5; round += 1) await send(400);
  for (let round = 0; round < 50; round += 1) await send(1);
  await sender.close();
  const kept = channels.map((channel) => ('unconfirmed' in channel ? channel.unconfirmed : 'missing'));
  expect(kept).toEqual(Array.from({ length: partitions }, () => []));
});

test('a queue that refuses does not hold back or spoil another one', async () => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  const stage = await stageOf();
  const pattern = `^${stage.names.queueOf(stage.address, 0)}$`;
  const definition = { 'max-length': 1, overflow: 'reject-publish' };
  await admin.change('PUT', `policies/%2F/${stage.settings.namePrefix}`, { pattern, definition, 'apply-to': 'queues' });
  const verdicts: string[] = [];
  await vi.waitUntil(async () => {
    const messages = Array.from({ length: 20 }, (_, index) => messageOf(`m${index}`, index % 2 ? keyOf1 : keyOf0));
    verdicts.splice(0, Infinity, ...verdictsOf(await stage.sender.sendBatch(messages)));
    return verdicts.includes('unknown throttled');
  });
  expect(new Set(verdicts.filter((_, index) => index % 2 === 0))).toEqual(new Set(['unknown throttled']));
  expect(new Set(verdicts.filter((_, index) => index % 2 === 1))).toEqual(new Set(['confirmed']));
});

test('of messages with the same id and bytes, exactly those that came back are unroutable', async () => {
  const stage = await stageOf();
  const channel = await stage.connection.openChannel('confirm');
  const lane = createLaneChannel({
    channel,
    clock: stage.settings.clock,
    exchange: stage.names.exchangeOf(stage.address),
    priorityHeader: undefined,
    onThrow: () => undefined,
  });
  const routingKeys = ['0', 'nowhere', 'nowhere', '1', 'nowhere', '0', '1', 'nowhere'];
  const outcomes = await Promise.all(
    routingKeys.map((routingKey) => {
      const { promise, resolve } = Promise.withResolvers<Parameters<Parameters<typeof lane.publish>[0]['settle']>[0]>();
      lane.publish({ message: messageOf('same'), routingKey, settle: resolve });
      return promise;
    }),
  );
  expect(verdictsOf(outcomes)).toEqual(
    routingKeys.map((routingKey) => (routingKey === 'nowhere' ? 'rejected unroutable' : 'confirmed')),
  );
});

test('through cuts at random, what is sent until it is confirmed is all there, each key in its order', async () => {
  const { stage, proxy } = await proxiedStageOf({ partitions: 2 });
  const cuts = (['amqp.confirm', 'amqp.publish', 'amqp.publishEnd'] as const).map((at, index) =>
    proxy.addToxic({ kind: 'cut', at, deliver: index === 2, chance: 0.02, times: 8 }),
  );
  const perKey = 20;
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const next = new Map(keys.map((key) => [key, 0]));
  let doubts = 0;
  while ([...next.values()].some((sequence) => sequence < perKey)) {
    const open = [...next].filter(([, sequence]) => sequence < perKey);
    const outcomes = await stage.sender.sendBatch(open.map(([key, sequence]) => messageOf(`${key}-${sequence}`, key)));
    for (const [index, [key, sequence]] of open.entries()) {
      if (outcomes[index]?.status === 'confirmed') next.set(key, sequence + 1);
      else doubts += 1;
    }
  }
  const ids = await idsIn(stage);
  const landed = cuts.reduce((sum, { hits }) => sum + hits, 0);
  console.log(`cuts ${landed}, doubtful publishes ${doubts}, in the queues ${ids.length} of ${keys.length * perKey}`);
  expect(landed).toBeGreaterThan(5);
  for (const key of keys) {
    const first = [...new Set(ids.filter((id) => id.startsWith(`${key}-`)))];
    expect(first).toEqual(Array.from({ length: perKey }, (_, sequence) => `${key}-${sequence}`));
  }
});

test('closing waits for the confirms of what is under way', async () => {
  const stage = await stageOf();
  const call = stage.sender.sendBatch(Array.from({ length: 2000 }, (_, index) => messageOf(`m${index}`)));
  await stage.sender.close();
  await stage.connection.close();
  expect(new Set(verdictsOf(await call))).toEqual(new Set(['confirmed']));
  await expect(stage.sender.sendBatch([messageOf('late')])).rejects.toMatchObject({ reason: 'closed' });
});

test('a connection that is closed under way leaves its messages unknown, never rejected', async () => {
  const { stage, proxy } = await proxiedStageOf();
  proxy.addToxic({ kind: 'hold-reply', at: 'amqp.confirm', ms: 500 });
  const call = stage.sender.sendBatch([messageOf('a'), messageOf('b')]);
  await vi.waitUntil(() => proxy.connections === 1);
  await stage.look(async (channel) => {
    const queue = stage.names.queueOf(stage.address, 0);
    await vi.waitUntil(async () => (await channel.checkQueue(queue)).messageCount === 2);
  });
  await stage.connection.close();
  expect(verdictsOf(await call)).toEqual(['unknown unavailable', 'unknown unavailable']);
  expect(await idsIn(stage)).toEqual(['a', 'b']);
});

test('nobody at the address is rejected at once, and the same sender goes on when somebody is there', async () => {
  const { stage, proxy } = await proxiedStageOf();
  proxy.retarget({ host: '127.0.0.1', port: 1 });
  const startedAt = performance.now();
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['rejected unavailable']);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  proxy.retarget({ host: new URL(url).hostname, port: Number(new URL(url).port) });
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
});

test(
  'a queue that is deleted under way costs its own messages only, and is used again when it is back',
  { timeout: 20_000 },
  async () => {
    const stage = await stageOf({ publishTimeoutMs: 1500 });
    const batch = async (): Promise<string> =>
      verdictsOf(await stage.sender.sendBatch([messageOf('zero', keyOf0), messageOf('one', keyOf1)])).join();
    expect(await batch()).toBe('confirmed,confirmed');
    const deleted = stage.look((channel) => channel.deleteQueue(stage.names.queueOf(stage.address, 0)));
    await vi.waitUntil(
      async () => {
        const verdicts = await batch();
        expect(verdicts).toMatch(/^(?:confirmed|unknown .*|rejected unroutable),/u);
        return verdicts === 'rejected unroutable,confirmed';
      },
      { timeout: 12_000, interval: 0 },
    );
    await deleted;
    await ensureTopology(stage.topology, { channels: [stage.address], subscriptions: [] });
    expect(await batch()).toBe('confirmed,confirmed');
  },
);

test('a channel that was deleted costs the connection once and is then refused, until it is back', async () => {
  const stage = await stageOf();
  const losses: unknown[] = [];
  stage.connection.onLost((error) => losses.push(error));
  const send = async (): Promise<string> => String(verdictsOf(await stage.sender.sendBatch([messageOf('a')])));
  expect(await send()).toBe('confirmed');
  await stage.look((channel) => channel.deleteExchange(stage.names.exchangeOf(stage.address)));
  expect(await send()).toBe('unknown unavailable');
  expect([await send(), await send()]).toEqual(['rejected not-found', 'rejected not-found']);
  expect(losses).toHaveLength(1);
  await ensureTopology(stage.topology, { channels: [stage.address], subscriptions: [] });
  expect(await send()).toBe('confirmed');
});
