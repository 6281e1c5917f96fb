import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';
import { startWorker } from './testing/start-worker.ts';

const broker = await findBroker('kafka', 'the share of a member of a group on Kafka');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

const fill = async (stage: ReceiverStage, partitions: number, each: number): Promise<void> => {
  for (let partition = 0; partition < partitions; partition += 1) {
    await stage.publish(partition, `k${partition}`, numbered(each, `p${partition}-`));
  }
};

const repeatsIn = (bodies: readonly string[]): number => bodies.length - new Set(bodies).size;

/** Two members, of which one joins while the other has a thousand in flight; everything is handled by one of them at least. */
const joinWithThousand = async (stage: ReceiverStage, handOverMs: number) => {
  await fill(stage, 8, 2500);
  const first = await stage.open({ commitMs: 200, handOverMs });
  const one = startWorker(first.receiver, 1000, 1000);
  await until(() => one.handled.length >= 3000);
  const second = await stage.open({ commitMs: 200, handOverMs });
  const other = startWorker(second.receiver, 1000, 1000);
  await until(() => second.receiver.holdings().length > 0);
  const sharedAtMs = performance.now();
  const before = one.handled.length;
  const msUntil = (isSo: () => boolean): Promise<number> => until(isSo).then(() => performance.now() - sharedAtMs);
  const resumedMs = await Promise.all([
    msUntil(() => one.handled.length > before),
    msUntil(() => other.handled.length > 0),
  ]);
  await until(() => new Set([...one.handled, ...other.handled]).size === 20_000, 120_000);
  await Promise.all([one.stop(), other.stop()]);
  const repeats = repeatsIn([...one.handled, ...other.handled]);
  return { lost: first.lost.length + second.lost.length, repeats, resumedMs };
};

test(
  'a second member that joins with a thousand in flight repeats nothing where handlers end soon, and goes on at once',
  { timeout: 180_000 },
  async () => {
    const stage = await stageOf(8);
    const { lost, repeats, resumedMs } = await joinWithThousand(stage, 3000);
    expect({ lost, repeats }).toEqual({ lost: 0, repeats: 0 });
    // The one that stays, and the one that has come.
    expect(Math.max(...resumedMs)).toBeLessThan(2000);
    await until(async () => (await stage.committed()) === 20_000);
  },
);

test(
  'where handlers are not waited for, what was in flight on the partitions that moved is repeated, and nothing else',
  { timeout: 180_000 },
  async () => {
    const stage = await stageOf(8);
    const { lost, repeats } = await joinWithThousand(stage, 1);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(1000);
    // Those above an unfinished one come again as well, no more than were in flight: half of the partitions moved.
    expect(repeats).toBeGreaterThan(0);
    expect(repeats).toBeLessThanOrEqual(1000);
    await until(async () => (await stage.committed()) === 20_000);
  },
);

test(
  'a handler that takes longer than the session costs no partition, while one in eachMessage is done twice (BP-7, K2)',
  { timeout: 240_000 },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', ['slow', 'next']);
    const naivelyStarted: string[] = [];
    const naive = () => stage.kafka.consumer({ groupId: 'naive', sessionTimeout: 10_000, heartbeatInterval: 500 });
    const members = [naive(), naive()];
    const done = new AbortController();
    onTestFinished(async () => {
      done.abort();
      await Promise.all(members.map((member) => member.disconnect()));
    });
    const consume = async (member = naive()): Promise<void> => {
      await member.connect();
      await member.subscribe({ topic: stage.topic, fromBeginning: true });
      await member.run({
        eachMessage: async ({ message }) => {
          naivelyStarted.push(message.value?.toString() ?? '');
          await sleep(25_000, undefined, { signal: done.signal }).catch(() => undefined);
        },
      });
    };
    await consume(members[0]);
    await until(() => naivelyStarted.length === 1);

    const ours = await stage.open();
    const [slow] = await receiveSome(ours.receiver, 1);
    const successor = await stage.open();
    const waiting = receiveSome(successor.receiver, 1, { limitMs: 27_000 });
    await consume(members[1]);
    await sleep(25_000);
    expect(ours.lost).toEqual([]);
    expect(
      await accept(
        ours.receiver,
        [slow].flatMap((one) => one ?? []),
      ),
    ).toEqual([{ status: 'settled' }]);
    expect(bodiesOf(await receiveSome(ours.receiver, 1))).toEqual(['next']);
    expect(await waiting).toEqual([]);
    expect(naivelyStarted.filter((body) => body === 'slow').length).toBeGreaterThanOrEqual(2);
  },
);

test(
  'a process that stood still longer than its session begins nothing when it goes on, and says what it has lost',
  { timeout: 180_000 },
  async () => {
    const stage = await stageOf(1);
    await fill(stage, 1, 1000);
    const program = fileURLToPath(new URL('testing/zombie-child.ts', import.meta.url));
    const host = new URL(broker?.address ?? '').host;
    const child = spawn(process.execPath, ['--conditions=source', program, host, stage.topic, stage.groupId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(...chunk.toString().trim().split('\n')));
    await until(() => said.filter((line) => line.startsWith('handled')).length >= 20);
    child.kill('SIGSTOP');
    await sleep(100);
    const before = said.length;
    const successor = await stage.open({ sessionTimeoutMs: 6000, commitMs: 200 });
    const taken = await receiveSome(successor.receiver, 50);
    await accept(successor.receiver, taken);
    await sleep(6000);
    child.kill('SIGCONT');
    await until(() => said.slice(before).some((line) => line.startsWith('lost') || line === 'failed'));
    await sleep(3000);
    const after = said.slice(before);
    const ownFirst = after.findIndex((line) => line.startsWith('handled'));
    expect(after.slice(0, ownFirst === -1 ? after.length : ownFirst).join()).toContain('failed');
    // What it had begun when it was stopped is all that two processes may have worked on at once.
    const repeated = after.filter((line) => bodiesOf(taken).includes(line.replace('handled ', '')));
    expect(repeated).toEqual([]);
    const handled = (): readonly string[] =>
      said.flatMap((line) => (line.startsWith('handled') ? [line.replace('handled ', '')] : []));
    await until(async () => {
      const rest = await receiveSome(successor.receiver, 100, { limitMs: 200 });
      taken.push(...rest);
      await accept(successor.receiver, rest);
      return new Set([...handled(), ...bodiesOf(taken)]).size === 1000;
    });
  },
);
