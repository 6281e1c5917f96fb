import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { bodyOf, openNaiveMember } from './testing/naive-member.ts';
import type { NaiveMember, NaiveMemberOptions } from './testing/naive-member.ts';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';
import { startWorker } from './testing/start-worker.ts';

/** The traps of a group on Kafka: what kafkajs alone does there, and beside it what ours does. */
const broker = await findBroker('kafka', 'a member of a group as kafkajs alone has it');
const host = new URL(broker?.address ?? 'kafka://127.0.0.1:1').host;
const timeout = 60_000;

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(`kafka://${host}`, partitions);
  onTestFinished(() => stage.close());
  return stage;
};

/** In a group beside ours. */
const naive = async (
  { topic, groupId }: ReceiverStage,
  own: Partial<NaiveMemberOptions> = {},
): Promise<NaiveMember> => {
  const member = await openNaiveMember({ broker: host, topic, groupId: `naive.${groupId}`, ...own });
  onTestFinished(() => member.consumer.disconnect());
  return member;
};

const committedByNaive = async ({ admin, topic, groupId }: ReceiverStage, partition: number) =>
  (await admin.committedOf(`naive.${groupId}`, topic)).get(partition);

const fill = async (stage: ReceiverStage, partitions: number, each: number, body = ''): Promise<void> => {
  for (let partition = 0; partition < partitions; partition += 1) {
    const bodies = numbered(each, `p${partition}-`).map((one) => one + body);
    // In batches that one small fetch holds.
    for (let from = 0; from < each; from += 25) {
      await stage.publish(partition, `k${partition}`, bodies.slice(from, from + 25));
    }
  }
};

test('Kafka lets a member commit where it has nothing any more, backwards too', { timeout }, async () => {
  const stage = await stageOf(2);
  await fill(stage, 2, 10);
  const first = await naive(stage);
  await until(() => first.read.length === 20);
  const second = await naive(stage);
  await until(() => first.partitions().length === 1 && second.partitions().length === 1);
  const [partition = -1] = second.partitions();
  const commit = ({ consumer }: NaiveMember, offset: number): Promise<void> =>
    consumer.commitOffsets([{ topic: stage.topic, partition, offset: String(offset) }]);
  await commit(second, 10);
  await commit(first, 1);
  expect(await committedByNaive(stage, partition)).toBe(1);
  await commit(first, 99_999_999);
  expect(await committedByNaive(stage, partition)).toBe(99_999_999);
});

test('ours commits nothing where it has nothing any more', { timeout }, async () => {
  const stage = await stageOf(2);
  await fill(stage, 2, 10);
  const first = await stage.open({ commitMs: 50, handOverMs: 1 });
  const held = await receiveSome(first.receiver, 20);
  const second = await stage.open({ commitMs: 50 });
  await until(() => first.receiver.holdings().length === 1 && second.receiver.holdings().length === 1);
  const [{ partition } = { partition: -1 }] = second.receiver.holdings();
  await accept(second.receiver, await receiveSome(second.receiver, 10));
  const committed = async () => (await stage.admin.committedOf(stage.groupId, stage.topic)).get(partition);
  await until(async () => (await committed()) === 10);
  const moved = held.filter((delivery) => bodiesOf([delivery])[0]?.startsWith(`p${partition}-`));
  const kept = held.filter((delivery) => !moved.includes(delivery));
  expect(await accept(first.receiver, moved.slice(0, 1))).toEqual([{ status: 'lost' }]);
  await accept(first.receiver, kept);
  await until(async () => (await stage.committed()) === 20);
  expect(await committed()).toBe(10);
});

test('what was paused stands still for good after a join, if nobody resumes it', { timeout }, async () => {
  const stage = await stageOf(2);
  const first = await naive(stage);
  await until(() => first.partitions().length === 2);
  first.consumer.pause([{ topic: stage.topic }]);
  const second = await naive(stage);
  await until(() => first.partitions().length === 1 && second.partitions().length === 1);
  await fill(stage, 2, 1);
  await until(() => second.read.length === 1);
  await sleep(1000);
  expect(first.read).toEqual([]);
  first.consumer.resume([{ topic: stage.topic }]);
  await until(() => first.read.length === 1);
});

test('ours goes on after a join with what it had paused because it was full', { timeout }, async () => {
  const stage = await stageOf(2);
  await fill(stage, 2, 100, 'x'.repeat(2000));
  const first = await stage.open({ partitionBytesMax: 10_000, handOverMs: 1 });
  await until(() => first.receiver.holdings().filter(({ waiting }) => waiting >= 20).length === 2);
  await sleep(300);
  const full = first.receiver.holdings().map(({ waiting }) => waiting);
  expect(Math.max(...full)).toBeLessThan(100);
  const second = await stage.open({ partitionBytesMax: 10_000 });
  await until(() => first.receiver.holdings().length === 1 && second.receiver.holdings().length === 1);
  const workers = [first, second].map(({ receiver }) => startWorker(receiver, 10, 1));
  await until(() => new Set(workers.flatMap(({ handled }) => handled)).size === 200);
  for (const worker of workers) await worker.stop();
});

const repeatsIn = (bodies: readonly string[]): number => bodies.length - new Set(bodies).size;

test(
  'a join repeats all that was done since the last commit, which a timer of five seconds makes',
  { timeout },
  async () => {
    const stage = await stageOf(8);
    await fill(stage, 8, 500);
    const handled: string[] = [];
    let commitAtMs = performance.now() + 5000;
    const member = (): Promise<NaiveMember> =>
      naive(stage, {
        maxBytesPerPartition: 512,
        run: {
          autoCommit: false,
          partitionsConsumedConcurrently: 8,
          eachBatch: async (payload) => {
            await sleep(100);
            handled.push(...payload.batch.messages.map(bodyOf));
            if (performance.now() < commitAtMs) return;
            commitAtMs += 5000;
            await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
          },
        },
      });
    await member();
    await until(() => handled.length >= 1000);
    await member();
    await until(() => new Set(handled).size === 4000);
    console.log(`  naive: ${repeatsIn(handled)} of 4000 were handled twice`);
    expect(repeatsIn(handled)).toBeGreaterThanOrEqual(1000);
  },
);

test('ours repeats nothing at a join, with the same timer', { timeout }, async () => {
  const stage = await stageOf(8);
  await fill(stage, 8, 500);
  const first = await stage.open({ commitMs: 5000 });
  const one = startWorker(first.receiver, 200, 100);
  await until(() => one.handled.length >= 1000);
  const second = await stage.open({ commitMs: 5000 });
  const other = startWorker(second.receiver, 200, 100);
  await until(() => new Set([...one.handled, ...other.handled]).size === 4000);
  await Promise.all([one.stop(), other.stop()]);
  expect(other.handled.length).toBeGreaterThan(0);
  expect(repeatsIn([...one.handled, ...other.handled])).toBe(0);
});

test('K5: a message whose handler throws stops everything behind it in its partition', { timeout }, async () => {
  const stage = await stageOf(1);
  await stage.publish(0, 'stuck', ['poison']);
  await stage.publish(0, 'other', numbered(20));
  const begun: string[] = [];
  await naive(stage, {
    retry: { initialRetryTime: 20, maxRetryTime: 50, retries: 1000 },
    run: {
      eachMessage: async ({ message }) => {
        begun.push(bodyOf(message));
        if (bodyOf(message) === 'poison') throw new Error('It cannot be handled.');
      },
    },
  });
  await until(() => begun.length >= 20);
  expect(new Set(begun)).toEqual(new Set(['poison']));
});

test(
  'a fetch that may wait longer than the session costs a member its place again and again',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    const { consumer } = await naive(stage, { sessionTimeout: 1000, maxWaitTimeInMs: 2500 });
    let joins = 0;
    consumer.on(consumer.events.GROUP_JOIN, () => (joins += 1));
    // Nobody else is there: it was taken for dead each time.
    await expect.poll(() => joins).toBeGreaterThanOrEqual(2);
  },
);

test(
  'what was paused with nothing else to read goes on only when the wait of a fetch is over',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', ['1']);
    const resumedMs: number[] = [];
    await naive(stage, {
      maxWaitTimeInMs: 3000,
      run: {
        autoCommit: false,
        eachMessage: async (payload) => {
          resumedMs.push(performance.now());
          setTimeout(payload.pause(), 200);
        },
      },
    });
    await until(() => resumedMs.length === 1);
    await stage.publish(0, 'a', ['2']);
    await until(() => resumedMs.length === 2);
    const [first = 0, second = 0] = resumedMs;
    expect(second - first).toBeGreaterThan(1000);
  },
);

test('ours goes on as soon as there is room, however long a fetch may wait', { timeout }, async () => {
  const stage = await stageOf(1);
  await fill(stage, 1, 100, 'x'.repeat(2000));
  const { receiver } = await stage.open({ partitionBytesMax: 10_000, fetchWaitMs: 3000 });
  await until(() => receiver.holdings().some(({ waiting }) => waiting >= 20));
  const startedMs = performance.now();
  const worker = startWorker(receiver, 10, 1);
  // It is full and has room again several times on the way.
  await until(() => worker.handled.length === 100);
  expect(performance.now() - startedMs).toBeLessThan(3000);
  await worker.stop();
});

test('a member that begins at the end misses what came to a partition before it knew of it', { timeout }, async () => {
  const stage = await stageOf(1);
  const member = await naive(stage, { fromBeginning: false, metadataMaxAge: 500 });
  await until(() => member.partitions().length === 1);
  await stage.admin.addPartitions(stage.topic, 2);
  const producer = stage.kafka.producer();
  await producer.connect();
  onTestFinished(() => producer.disconnect());
  await producer.send({ topic: stage.topic, messages: [{ partition: 1, value: 'early' }] });
  await until(() => member.partitions().length === 2);
  await until(async () => {
    await producer.send({ topic: stage.topic, messages: [{ partition: 1, value: 'late' }] });
    return member.read.length > 0;
  });
  expect(member.read).not.toContain('early');
});

test(
  'a process that stood still longer than its session works on what others have by now, until it hears of it',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await fill(stage, 1, 1000);
    const groupId = `naive.${stage.groupId}`;
    const program = fileURLToPath(new URL('testing/naive-zombie-child.ts', import.meta.url));
    const child = spawn(process.execPath, [program, host, stage.topic, groupId], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(...chunk.toString().trim().split('\n')));
    await until(() => said.length >= 20);
    child.kill('SIGSTOP');
    await sleep(100);
    const before = said.length;
    const heir = await naive(stage);
    await until(() => heir.read.length === 1000);
    child.kill('SIGCONT');
    await until(() => said.length > before + 1);
    const another = said.slice(before).map((line) => line.replace('handled ', ''));
    // Of two, one may have been begun when it was stopped.
    expect(heir.read).toEqual(expect.arrayContaining(another));
  },
);
