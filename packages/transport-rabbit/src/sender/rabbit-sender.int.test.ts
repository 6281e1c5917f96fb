import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { idsIn, messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';
import { createRabbitSender } from './rabbit-sender.ts';

const broker = await findBroker('rabbitmq', 'sending to RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';

const stageOf = async (options: SenderStageOptions = {}): Promise<SenderStage> => {
  const stage = await openSenderStage(url, options);
  onTestFinished(() => stage.close());
  return stage;
};

test('a batch is confirmed and lies in its partitions, each key in its order', async () => {
  const stage = await stageOf();
  const messages = Array.from({ length: 500 }, (_, index) => messageOf(`m${index}`, `k${index % 7}`));
  const outcomes = await stage.sender.sendBatch(messages);
  expect(new Set(verdictsOf(outcomes))).toEqual(new Set(['confirmed']));
  const ids = await idsIn(stage);
  expect(ids.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
  for (let key = 0; key < 7; key += 1) {
    const ofKey = ids.map((id) => Number(id.slice(1))).filter((index) => index % 7 === key);
    expect(ofKey).toEqual(ofKey.toSorted((one, other) => one - other));
  }
});

test('a message that no queue takes is unroutable, and only that one', async () => {
  const stage = await stageOf();
  const queue = stage.names.queueOf(stage.address, 1);
  await stage.look((channel) => channel.unbindQueue(queue, stage.names.exchangeOf(stage.address), '1'));
  const outcomes = await stage.sender.sendBatch(Array.from({ length: 40 }, (_, index) => messageOf(`m${index}`)));
  const verdicts = verdictsOf(outcomes);
  expect(verdicts.filter((verdict) => verdict === 'confirmed')).toHaveLength(20);
  expect(verdicts.filter((verdict) => verdict === 'rejected unroutable')).toHaveLength(20);
  const confirmed = outcomes.flatMap(({ status }, index) => (status === 'confirmed' ? [`m${index}`] : []));
  expect(await idsIn(stage)).toEqual(confirmed);
});

test('what is too large or cannot be encoded is refused before it costs the channel', async () => {
  const stage = await stageOf({ messageBytesMax: 5000, partitions: 1 });
  const big = { ...messageOf('big'), body: Buffer.alloc(5000) };
  const wide = { ...messageOf('wide'), headers: { wide: 'x'.repeat(65_000), more: 'y'.repeat(600) } };
  const long = { ...messageOf('long'), headers: { ['n'.repeat(256)]: '' } };
  const late = { ...messageOf('late'), delayMs: 1 };
  const outcomes = await stage.sender.sendBatch([messageOf('a'), big, wide, long, late, messageOf('b')]);
  expect(verdictsOf(outcomes)).toEqual([
    'confirmed',
    'rejected message-too-large',
    'rejected message-invalid',
    'rejected message-invalid',
    'rejected message-invalid',
    'confirmed',
  ]);
});

test('the largest message and the largest header table go through', async () => {
  const stage = await stageOf({ partitions: 1 });
  const bytes = stage.settings.messageBytesMax - 1000;
  const large = { ...messageOf('large'), body: Buffer.alloc(bytes) };
  const wide = { ...messageOf('wide'), headers: { wide: 'x'.repeat(65_200) } };
  expect(verdictsOf(await stage.sender.sendBatch([large, wide]))).toEqual(['confirmed', 'confirmed']);
});

test('headers with a meaning for the broker do not act', async () => {
  const stage = await stageOf({ partitions: 1 });
  const headers = { CC: 'elsewhere', BCC: 'elsewhere', 'x-delivery-count': '9', 'x-death': 'x' };
  const outcomes = await stage.sender.sendBatch([{ ...messageOf('m'), headers }, messageOf('n')]);
  expect(verdictsOf(outcomes)).toEqual(['confirmed', 'confirmed']);
  expect(await idsIn(stage)).toEqual(['m', 'n']);
});

test('a confirm that is lost leaves its messages unknown, and the next batch goes through', async () => {
  const target = new URL(url);
  const proxy = await startProxy({ target: { host: target.hostname, port: Number(target.port) }, protocol: 'amqp' });
  onTestFinished(() => proxy.close());
  const through = new URL(url);
  through.port = String(proxy.port);
  const stage = await stageOf({ through: through.href, partitions: 1 });
  proxy.addToxic({ kind: 'cut', at: 'amqp.confirm', deliver: false, times: 1 });
  const first = await stage.sender.sendBatch([messageOf('a'), messageOf('b'), messageOf('c')]);
  expect(verdictsOf(first)).toEqual(['unknown unavailable', 'unknown unavailable', 'unknown unavailable']);
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('d')]))).toEqual(['confirmed']);
  expect(await idsIn(stage)).toEqual(['a', 'b', 'c', 'd']);
  await stage.close();
  await vi.waitUntil(() => proxy.connections === 0);
});

test('a frozen broker makes the outcome unknown at the deadline, and closing does not hang', async ({ skip }) => {
  skip(broker?.startedBy === 'environment', 'A broker of somebody else is not stopped.');
  const stage = await stageOf({ partitions: 1, publishTimeoutMs: 1500, heartbeatSeconds: 30, connectTimeoutMs: 500 });
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
  await broker?.pause();
  const outcomes = await stage.sender.sendBatch([messageOf('b', 'k')]);
  const closing = stage.sender.close().then(() => stage.connection.close());
  await closing;
  await broker?.resume();
  expect(verdictsOf(outcomes)).toEqual(['unknown timeout']);
});

test(
  'a broker that stands still is noticed by the heartbeat, and the sender goes on when it wakes up',
  { timeout: 30_000 },
  async ({ skip }) => {
    skip(broker?.startedBy === 'environment', 'A broker of somebody else is not stopped.');
    const stage = await stageOf({
      partitions: 1,
      publishTimeoutMs: 20_000,
      heartbeatSeconds: 1,
      connectTimeoutMs: 1000,
    });
    expect(verdictsOf(await stage.sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
    await broker?.pause();
    const pausedAt = performance.now();
    // Long before the deadline of the publish: the connection ends first.
    expect(verdictsOf(await stage.sender.sendBatch([messageOf('b')]))).toEqual(['unknown unavailable']);
    expect(performance.now() - pausedAt).toBeLessThan(8000);
    // The handshake hangs as well, although TCP connects.
    expect(verdictsOf(await stage.sender.sendBatch([messageOf('c')]))).toEqual(['rejected timeout']);
    await broker?.resume();
    await vi.waitUntil(
      async () => String(verdictsOf(await stage.sender.sendBatch([messageOf('d')]))) === 'confirmed',
      10_000,
    );
    expect((await idsIn(stage)).filter((id) => id !== 'b')).toEqual(['a', 'd']);
  },
);

test(
  'a memory alarm holds publishes back until it ends, and never an acknowledgement',
  { timeout: 60_000 },
  async ({ skip }) => {
    const control = broker?.control ?? skip('A broker from the environment is not ours to stop.');
    const stage = await stageOf({ partitions: 1, publishTimeoutMs: 2000 });
    const send = async (id: string): Promise<string> =>
      String(verdictsOf(await stage.sender.sendBatch([messageOf(id)])));
    expect(await send('before')).toBe('confirmed');
    await control('set_vm_memory_high_watermark', 'absolute', '1');
    onTestFinished(async () => {
      await control('set_vm_memory_high_watermark', '0.8');
    });
    // The broker says so only after a publish, whose outcome is then open.
    expect(await send('doubtful')).toBe('unknown timeout');
    expect(stage.connection.isBlocked()).toBe(true);
    expect(await send('held back')).toBe('rejected throttled');
    expect(await idsIn(stage)).toEqual(['before']);
    const patient = createRabbitSender({
      ...stage,
      settings: { ...stage.settings, publishTimeoutMs: 30_000 },
      check: () => Promise.resolve(),
    });
    const waiting = patient.sendBatch([messageOf('waiting')]);
    await control('set_vm_memory_high_watermark', '0.8');
    expect(verdictsOf(await waiting)).toEqual(['confirmed']);
    await patient.close();
    expect(await idsIn(stage)).toEqual(['doubtful', 'waiting']);
  },
);

test(
  'nothing of what was confirmed is lost when the broker is killed under load',
  { timeout: 90_000 },
  async ({ skip }) => {
    skip(broker?.startedBy === 'environment', 'A broker of somebody else is not killed.');
    const stage = await stageOf({ publishTimeoutMs: 5000 });
    const confirmed: string[] = [];
    let sent = 0;
    let unknown = 0;
    let isDone = false;
    // A classic queue forgets what is not persistent, although it was confirmed.
    const classic = await stageOf({ queueType: 'classic', partitions: 1 });
    // A queue that is killed right after its declaration may be lost whole: a fault of the broker.
    await sleep(2500);
    const kept = Array.from({ length: 20 }, (_, index) => messageOf(`kept${index}`));
    expect(new Set(verdictsOf(await classic.sender.sendBatch(kept)))).toEqual(new Set(['confirmed']));
    const publish = async (): Promise<void> => {
      while (!isDone) {
        const messages = Array.from({ length: 50 }, () => messageOf(`m${(sent += 1)}`, `k${sent % 20}`));
        const outcomes = await stage.sender.sendBatch(messages);
        for (const [index, { status }] of outcomes.entries()) {
          if (status === 'confirmed') confirmed.push(messages[index]?.id ?? '');
          if (status === 'unknown') unknown += 1;
        }
      }
    };
    const load = publish();
    await sleep(1500);
    await broker?.kill9();
    await broker?.restart();
    await sleep(2000);
    isDone = true;
    await load;
    const present = new Set(await idsIn(stage));
    console.log(
      `kill -9 under load: sent ${sent}, confirmed ${confirmed.length}, unknown ${unknown}, in the queues ${present.size}`,
    );
    expect(confirmed.filter((id) => !present.has(id))).toEqual([]);
    expect(unknown).toBeGreaterThan(0);
    expect(await idsIn(classic)).toEqual(kept.map(({ id }) => id));
    expect(confirmed.length).toBeGreaterThan(500);
  },
);
