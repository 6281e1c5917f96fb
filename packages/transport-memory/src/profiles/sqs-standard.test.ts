import { seededRandom, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, message, openStage } from '../testing/open-stage.ts';
import type { QueueSemantics } from './queue-semantics.ts';
import { sqsStandard } from './sqs-standard.ts';
import { withParameters } from './with-parameters.ts';

const certain = { duplicateProbability: 0, displacementProbability: 0 };

const standard = async (parameters: Partial<QueueSemantics> = certain, seed = 1) => {
  const clock = virtualClock();
  const profile = withParameters(sqsStandard, parameters);
  return { clock, stage: await openStage({ profile, clock, random: seededRandom(seed) }) };
};

/** Sends `count` messages and takes everything that ever comes of them. */
const passThrough = async (count: number, parameters: Partial<QueueSemantics>, seed: number): Promise<string[]> => {
  const { clock, stage } = await standard(parameters, seed);
  const receiver = await stage.receiver();
  for (let sent = 0; sent < count; sent += 1) await stage.send(message(`m${sent}`));
  const taken: string[] = [];
  for (let minute = 0; minute < 3; minute += 1) {
    for (let batch = await receiver.take(); batch.length > 0; batch = await receiver.take()) {
      taken.push(...idsOf(batch));
      await receiver.accept(...batch);
    }
    await clock.advance(60_000);
  }
  return taken;
};

// LS-T:test_delete_after_visibility_timeout
test('a delete after the lease ran out removes the message as long as nobody has received it again', async () => {
  const { clock, stage } = await standard();
  const receiver = await stage.receiver();
  await stage.send(message('a'));
  const held = await receiver.take();
  await clock.advance(30_000);
  expect(await receiver.accept(...held)).toEqual([{ status: 'settled' }]);
  expect(await receiver.take()).toEqual([]);
});

// BOTO:sqs DeleteMessage: with an old handle the request succeeds but the message might not be deleted
test('a delete with an old receipt succeeds and does nothing', async () => {
  const { clock, stage } = await standard();
  const receiver = await stage.receiver();
  await stage.send(message('a'));
  const old = await receiver.take();
  await clock.advance(30_000);
  const latest = await receiver.take();
  expect(await receiver.accept(...old)).toEqual([{ status: 'settled' }]);
  expect(await stage.transport.inspect(stage.address)).toMatchObject({ inFlight: 1 });
  await receiver.accept(...latest);
  expect(await stage.transport.inspect(stage.address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
});

// LS-T:test_change_message_visibility_after_visibility_timeout_expiration
test('an extension after the lease ran out takes the message back, unless somebody else has it', async () => {
  const { clock, stage } = await standard();
  const one = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('a'));
  const receipts = (await one.take()).map(({ receipt }) => receipt);
  await clock.advance(30_000);
  expect(await one.extendBatch(receipts, 30_000)).toEqual(['extended']);
  expect(await other.take()).toEqual([]);
  await clock.advance(30_000);
  expect(idsOf(await other.take())).toEqual(['a']);
  expect(await one.extendBatch(receipts, 30_000)).toEqual(['lost']);
});

test('a message may be delayed by up to 900 s', async () => {
  const { clock, stage } = await standard();
  const receiver = await stage.receiver();
  const outcomes = await stage.send(message('a', { delayMs: 900_000 }), message('b', { delayMs: 900_001 }));
  expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'rejected']);
  await clock.advance(899_999);
  expect(await receiver.take()).toEqual([]);
  await clock.advance(1);
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

test('a purge takes delayed messages too, and they do not come when they would have been due', async () => {
  const { clock, stage } = await standard();
  const receiver = await stage.receiver();
  await stage.send(message('a', { delayMs: 60_000 }), message('b'));
  for (const b of await receiver.take()) await receiver.release(b, 30_000);
  stage.transport.broker.purge(stage.address);
  await clock.advance(60_000);
  expect(await receiver.take()).toEqual([]);
  expect(await stage.transport.inspect(stage.address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
});

test('keys mean nothing: two messages of one key are in flight at once', async () => {
  const { stage } = await standard();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }));
  expect(idsOf(await receiver.take(1))).toEqual(['a']);
  expect(idsOf(await receiver.take(1))).toEqual(['b']);
});

// SQSDG/sqs-available-cloudwatch-metrics: received 3 times, it goes to the back
test('a message that was received 3 times goes behind the others', async () => {
  const { clock, stage } = await standard();
  const receiver = await stage.receiver();
  await stage.send(message('poison'), message('a'));
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(idsOf(await receiver.take(1))).toEqual(['poison']);
    await clock.advance(30_000);
  }
  expect(idsOf(await receiver.take())).toEqual(['a', 'poison']);
});

test('a share of the messages comes twice, the second within a minute, the same ones for the same seed', async () => {
  const parameters = { ...certain, duplicateProbability: 0.1 };
  const taken = await passThrough(1000, parameters, 7);
  const twice = taken.length - 1000;
  expect(new Set(taken).size).toBe(1000);
  expect(twice).toBeGreaterThan(60);
  expect(twice).toBeLessThan(140);
  expect(await passThrough(1000, parameters, 7)).toEqual(taken);
  expect(await passThrough(1000, parameters, 8)).not.toEqual(taken);
});

test('a share of the messages overtakes others, by 10 places at most, and none is lost', async () => {
  const taken = await passThrough(1000, { ...certain, displacementProbability: 0.1 }, 3);
  const places = taken.map((id, place) => Number(id.slice(1)) - place);
  expect(taken).toHaveLength(1000);
  expect(Math.max(...places)).toBeGreaterThan(1);
  expect(Math.max(...places)).toBeLessThanOrEqual(10);
});

test('the dead letter of a standard queue keeps the time at which it was sent', async () => {
  const { clock, stage } = await standard({ ...certain, attemptsMax: 1 });
  const receiver = await stage.receiver();
  const sentAtMs = clock.now();
  await stage.send(message('bad'));
  await receiver.take();
  await clock.advance(30_000);
  expect(await receiver.take()).toEqual([]);
  const dead = await stage.receiver({ group: 'workers.dead-letters' });
  expect((await dead.take())[0]).toMatchObject({ message: { id: 'bad' }, enqueuedAtMs: sentAtMs });
});
