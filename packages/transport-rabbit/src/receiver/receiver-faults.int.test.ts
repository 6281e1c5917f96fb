import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { openTransportStage } from '../testing/transport-stage.ts';
import type { TransportStage, TransportStageOptions } from '../testing/transport-stage.ts';

const broker = await findBroker('rabbitmq', 'the receiver under faults of the network and of RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';

const stageOf = async (partitions: number, options: TransportStageOptions = {}): Promise<TransportStage> => {
  const stage = await openTransportStage(url, { partitions, ...options });
  onTestFinished(() => stage.close());
  return stage;
};

const proxyOf = async (): Promise<{ readonly proxy: Proxy; readonly through: string }> => {
  const { hostname, port } = new URL(url);
  const proxy = await startProxy({ target: { host: hostname, port: Number(port) }, protocol: 'amqp' });
  onTestFinished(() => proxy.close());
  const through = new URL(url);
  through.port = String(proxy.port);
  return { proxy, through: through.href };
};

const keysOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `key-${index}`);

test.each([
  { deliver: false, isRepeated: true },
  { deliver: true, isRepeated: false },
])(
  'after a cut at an ack (arrived: $deliver) its message comes again: $isRepeated; the others follow in order',
  { timeout: 30_000 },
  async ({ deliver, isRepeated }) => {
    const stage = await stageOf(1);
    const { proxy, through } = await proxyOf();
    await stage.publish(keysOf(1), 50);
    const cuts = [10, 21, 32].map((skip) => proxy.addToxic({ kind: 'cut', at: 'amqp.ack', deliver, skip, times: 1 }));
    const consumer = await stage.consume({ through });
    await stage.untilSettled();
    await sleep(300);
    await consumer.stop();
    expect(cuts.map(({ hits }) => hits)).toEqual([1, 1, 1]);
    expect(settledCount(stage.log)).toBe(50);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(repeatsOf(stage.log).includes('key-0: 11')).toBe(isRepeated);
    expect(consumer.errors.length).toBeGreaterThanOrEqual(3);
    expect(new Set(consumer.errors.map(errorCodeOf))).toEqual(new Set(['unavailable']));
  },
);

test(
  'cuts at random frames of three instances lose nothing and let no message of a key overtake another',
  { timeout: 60_000 },
  async () => {
    const stage = await stageOf(4);
    const { proxy, through } = await proxyOf();
    const consumers = await Promise.all([1, 2, 3].map(() => stage.consume({ through, workMs: 2 })));
    const cuts = [
      proxy.addToxic({ kind: 'cut', at: 'amqp.deliverEnd', deliver: false, chance: 0.004 }),
      proxy.addToxic({ kind: 'cut', at: 'amqp.deliver', deliver: true, chance: 0.004 }),
      proxy.addToxic({ kind: 'cut', at: 'amqp.ack', deliver: false, chance: 0.004 }),
      proxy.addToxic({ kind: 'cut', at: 'amqp.ack', deliver: true, chance: 0.004 }),
    ];
    await stage.publish(keysOf(16), 100);
    await stage.untilSettled(40_000);
    for (const cut of cuts) cut.remove();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    const hits = cuts.reduce((total, cut) => total + cut.hits, 0);
    expect(hits).toBeGreaterThan(5);
    expect(settledCount(stage.log)).toBe(1600);
    expect(jumpsOf(stage.log)).toEqual([]);
  },
);

test(
  'an instance cut off in silence loses its messages to the next one in order, is told, and comes back as a stand-by',
  { timeout: 40_000 },
  async () => {
    const stage = await stageOf(2);
    const { proxy, through } = await proxyOf();
    const first = await stage.consume({ through, workMs: 5, unsettledMax: 40 });
    const second = await stage.consume({ workMs: 1 });
    await stage.publish(keysOf(6), 100);
    const silence = proxy.addToxic({ kind: 'black-hole' });
    await stage.untilSettled(15_000);
    silence.remove();
    await proxy.cutAll();
    await stage.publish(keysOf(6), 20);
    await stage.untilSettled();
    await Promise.all([first.stop(), second.stop()]);
    expect(settledCount(stage.log)).toBe(720);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(first.errors.map(errorCodeOf)).toContain('unavailable');
    expect(new Set(stage.log.map(({ consumer }) => consumer)).size).toBe(2);
  },
);

test(
  'a consume that is never answered is an error with a code, and holds up nobody for ever',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf(2);
    const { proxy, through } = await proxyOf();
    const isConsumeOk = ({ label }: { readonly label: string }): boolean => label === '60.21';
    const held = proxy.addToxic({ kind: 'hold-reply', at: isConsumeOk, ms: 60_000 });
    const opening = stage.consume({ through, transport: { heartbeatSeconds: 60, connectTimeoutMs: 1000 } });
    expect(errorCodeOf(await opening.catch((error: unknown) => error))).toBe('timeout');
    expect(held.hits).toBeGreaterThan(0);
  },
);

test(
  'a broker that is killed with a backlog and started again has lost nothing, and every key goes on in order',
  { timeout: 60_000 },
  async () => {
    const stages = [await stageOf(4), await stageOf(4, { queueType: 'classic' })];
    for (const stage of stages) await stage.publish(keysOf(16), 60);
    // A quorum queue that is a second young may not survive a kill.
    await sleep(2000);
    const opening = stages.flatMap((stage) => [stage.consume({ workMs: 20 }), stage.consume({ workMs: 20 })]);
    const consumers = await Promise.all(opening);
    await sleep(300);
    await broker?.kill9();
    const settledBefore = stages.map(({ log }) => settledCount(log));
    await broker?.restart();
    for (const stage of stages) await stage.untilSettled(30_000);
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    for (const count of settledBefore) expect(count).toBeLessThan(960);
    for (const { log } of stages) {
      expect(settledCount(log)).toBe(960);
      expect(jumpsOf(log)).toEqual([]);
    }
  },
);

test(
  'a broker that is frozen for a while keeps nobody from leaving, and afterwards all goes on in order',
  { timeout: 40_000 },
  async () => {
    const stage = await stageOf(2);
    await stage.publish(keysOf(8), 100);
    const consumer = await stage.consume({ workMs: 20, transport: { heartbeatSeconds: 1 } });
    const leaving = stage.connect({ heartbeatSeconds: 60, connectTimeoutMs: 500 });
    const leaver = await stage.consume({ driver: leaving });
    await sleep(500);
    await broker?.pause();
    const leave = async (): Promise<boolean> => {
      await leaver.stop();
      await leaving.close();
      return true;
    };
    expect(await Promise.race([leave(), sleep(4500, false)])).toBe(true);
    await sleep(4000);
    const settledBefore = settledCount(stage.log);
    await broker?.resume();
    await stage.untilSettled();
    await consumer.stop();
    expect(settledBefore).toBeLessThan(800);
    expect(consumer.errors.length).toBeGreaterThan(0);
    expect(settledCount(stage.log)).toBe(800);
    expect(jumpsOf(stage.log)).toEqual([]);
  },
);

test(
  'a memory alarm stops publishing and nothing else: what waits is worked on and acked',
  { timeout: 40_000 },
  async ({ skip }) => {
    const control = broker?.control ?? skip('A broker from the environment is not ours to stop.');
    const stage = await stageOf(1);
    await stage.publish(keysOf(4), 20);
    await control('set_vm_memory_high_watermark', 'absolute', '1');
    const instance = stage.connect();
    const sender = await instance.openSender(stage.address);
    const message = {
      id: 'late',
      key: 'late',
      deduplicationKey: 'late',
      headers: {},
      body: Buffer.from('1'),
      delayMs: 0,
    };
    const sending = sender.sendBatch([message]);
    const settled: unknown[] = [];
    void sending.then((outcomes) => settled.push(...outcomes));
    const consumer = await stage.consume({ driver: instance });
    await stage.untilSettled();
    const seen = await instance.inspect(stage.address);
    // Otherwise the alarm was not on.
    expect(settled).toEqual([]);
    await control('set_vm_memory_high_watermark', 'absolute', '1GB');
    const [outcome] = await sending;
    await consumer.stop();
    expect(seen).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
    expect(settledCount(stage.log)).toBeGreaterThanOrEqual(80);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(outcome?.status).toBe('confirmed');
  },
);
