import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, keysOf, message, openStage } from '../testing/open-stage.ts';
import { sqsFifo } from './sqs-fifo.ts';
import { withParameters } from './with-parameters.ts';

/** LS-T names the test of LocalStack that was run against AWS itself (broker-facts, key to sources). */
const fifo = async () => {
  const clock = virtualClock();
  return { clock, stage: await openStage({ profile: 'sqs-fifo', clock }) };
};

// LS-T:test_deduplication_interval
test('a duplicate is confirmed and not delivered for 5 minutes from the first accepted send, and then it is', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  const twice = message('a', { key: 'g' });
  await stage.send(twice);
  await clock.advance(299_999);
  expect(await stage.send(twice)).toEqual([{ status: 'confirmed' }]);
  expect(await receiver.accept(...(await receiver.take()))).toHaveLength(1);
  await clock.advance(1);
  await stage.send(twice);
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

// LS-T:test_fifo_deduplication_arrives_once_after_delete
test('the window outlives the message: a duplicate after the delete is not delivered', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }));
  await receiver.accept(...(await receiver.take()));
  await stage.send(message('a', { key: 'g' }));
  expect(await receiver.take()).toEqual([]);
});

// LS-T:test_fifo_deduplication_not_on_message_group_id
test('with queue scope the same id in another group is a duplicate', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g1' }), message('a', { key: 'g2' }));
  expect(keysOf(await receiver.take())).toBe('g1');
});

// LS-T:test_sqs_fifo_same_dedup_id_different_message_groups
test('with group scope the same id in two groups is two messages, and once in each', async () => {
  const profile = withParameters(sqsFifo, { deduplicationScope: 'key' });
  const stage = await openStage({ profile, clock: virtualClock() });
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g1' }), message('a', { key: 'g2' }), message('a', { key: 'g1' }));
  expect(keysOf(await receiver.take())).toBe('g1,g2');
});

// LS-T:test_purge_queue_clears_fifo_deduplication_cache
test('a purge removes every message and forgets what was sent', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }), message('b', { key: 'g' }));
  const held = await receiver.take(1);
  stage.transport.broker.purge(stage.address);
  expect(receiver.lost).toEqual(held.map(({ receipt }) => receipt));
  expect(await stage.transport.inspect(stage.address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
  await stage.send(message('a', { key: 'g' }));
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

// LS-T:test_fifo_receive_message_group_id_ordering
test('one receive takes as many as it can from one group before the next', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['g1', 'g2', 'g1', 'g1'].map((key, index) => message(`m${index}`, { key })));
  const taken = await receiver.take();
  expect(keysOf(taken)).toBe('g1,g1,g1,g2');
  expect(idsOf(taken)).toEqual(['m0', 'm2', 'm3', 'm1']);
});

// LS-T:test_fifo_receive_message_visibility_timeout_shared_in_group
test('a receive of part of a group locks the whole group: the next receive gives another one', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['g1', 'g1', 'g1', 'g1', 'g2'].map((key, index) => message(`m${index}`, { key })));
  expect(keysOf(await receiver.take(2))).toBe('g1,g1');
  expect(keysOf(await receiver.take(10))).toBe('g2');
  expect(await receiver.take(10)).toEqual([]);
});

// LS-T:test_fifo_message_group_visibility
test('a message into a locked group stays hidden until the one in flight is deleted, and then ends a waiting poll', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('a', { key: 'g' }));
  const held = await receiver.take();
  await stage.send(message('b', { key: 'g' }));
  const waiting = other.receiveBatch(10, new AbortController().signal);
  await clock.advance(5000);
  await receiver.accept(...held);
  expect(idsOf(await waiting)).toEqual(['b']);
  expect(clock.monotonic()).toBe(5000);
});

// LS-T:test_fifo_message_group_visibility_after_partial_delete
test('a group of which one of two in flight is deleted stays locked until the other is', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['a', 'b', 'c'].map((id) => message(id, { key: 'g' })));
  const [a, b] = await receiver.take(2);
  if (a === undefined || b === undefined) throw new Error('three were sent');
  await receiver.accept(a);
  expect(await receiver.take()).toEqual([]);
  await receiver.accept(b);
  expect(idsOf(await receiver.take())).toEqual(['c']);
});

// LS-T:test_fifo_message_group_visibility_after_delete
test('a group of which all in flight are deleted is free at once', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['a', 'b', 'c'].map((id) => message(id, { key: 'g' })));
  await receiver.accept(...(await receiver.take(2)));
  expect(idsOf(await receiver.take())).toEqual(['c']);
});

// LS-T:test_fifo_message_group_visibility_after_terminate_visibility_timeout
test('a release of the first of two brings only that one back; the second stays hidden for its own time', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }), message('b', { key: 'g' }));
  const [a] = await receiver.take(2);
  if (a === undefined) throw new Error('two were sent');
  await clock.advance(1000);
  await receiver.release(a);
  const again = await receiver.take();
  expect(idsOf(again)).toEqual(['a']);
  await receiver.accept(...again);
  expect(await receiver.take()).toEqual([]);
  await clock.advance(29_000);
  expect(idsOf(await receiver.take())).toEqual(['b']);
});

// LS-T:test_fifo_group_visibility_extends_with_change_message_visibility
test('extending the second of three blocks it and what is behind it; the one before comes back', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['a', 'b', 'c'].map((id) => message(id, { key: 'g' })));
  const [, b] = await receiver.take(2);
  if (b === undefined) throw new Error('three were sent');
  expect(await receiver.extendBatch([b.receipt], 90_000)).toEqual(['extended']);
  await clock.advance(30_000);
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

// LS-T:test_fifo_messages_in_order_after_timeout
test('messages whose leases ran out come back in their order, ahead of newer ones', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(...['a', 'b', 'c'].map((id) => message(id, { key: 'g' })));
  await receiver.take(2);
  await stage.send(message('d', { key: 'g' }));
  await clock.advance(30_000);
  expect(idsOf(await receiver.take())).toEqual(['a', 'b', 'c', 'd']);
});

// LS-T:test_fifo_delete_after_visibility_timeout
test('a delete after the lease ran out fails with `lease-lost`, even if nobody has the message yet', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }));
  const held = await receiver.take();
  await clock.advance(30_000);
  const [outcome] = await receiver.accept(...held);
  expect(outcome).toMatchObject({ status: 'failed', error: { message: 'The receipt handle has expired.' } });
  expect(outcome?.status === 'failed' && stage.transport.codeOf(outcome.error)).toBe('lease-lost');
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

// LS-T:test_fifo_delete_after_visibility_timeout_extended
test('a delete inside an extended lease works', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }));
  const held = await receiver.take();
  await clock.advance(20_000);
  await receiver.extendBatch(
    held.map(({ receipt }) => receipt),
    30_000,
  );
  await clock.advance(29_999);
  expect(await receiver.accept(...held)).toEqual([{ status: 'settled' }]);
});

// BOTO:sqs ChangeMessageVisibility: 12 h in total, counted from the receive
test('extensions end 12 hours after the receive', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'g' }));
  const receipts = (await receiver.take()).map(({ receipt }) => receipt);
  const hourMs = 3_600_000;
  await receiver.extendBatch(receipts, 11 * hourMs);
  await clock.advance(10 * hourMs);
  expect(await receiver.extendBatch(receipts, 11 * hourMs)).toEqual(['extended']);
  await clock.advance(2 * hourMs - 1);
  expect(receiver.lost).toEqual([]);
  await clock.advance(1);
  expect(receiver.lost).toEqual(receipts);
});

// LS-T:test_dead_letter_queue_max_receive_count, test_dead_letter_queue_with_fifo_and_content_based_deduplication
test('with a maximum of 2, receives 1 and 2 deliver and receive 3 moves the message to the dead letters and frees its group', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: withParameters(sqsFifo, { attemptsMax: 2 }), clock });
  const receiver = await stage.receiver();
  await stage.send(message('bad', { key: 'g' }));
  for (const attempt of [1, 2]) {
    const [bad] = await receiver.take();
    expect(bad?.attempt).toBe(attempt);
    await clock.advance(30_000);
  }
  await stage.send(message('next', { key: 'g' }));
  const dead = await stage.receiver({ group: 'workers.dead-letters' });
  expect(await dead.take()).toEqual([]);
  expect(idsOf(await receiver.take())).toEqual(['next']);
  const [letter] = await dead.take();
  expect(letter).toMatchObject({ message: { id: 'bad' }, attempt: 1 });
  expect(letter?.enqueuedAtMs).toBe(clock.now());
});

// LS-T:test_fifo_queue_send_message_with_delay_seconds_fails
test('a message with a delay is refused, one without is not', async () => {
  const { stage } = await fifo();
  const [refused, taken] = await stage.send(message('a', { key: 'g', delayMs: 2000 }), message('b', { key: 'g' }));
  expect(refused?.status === 'rejected' && stage.transport.codeOf(refused.error)).toBe('message-invalid');
  expect(taken).toEqual({ status: 'confirmed' });
});

test('a batch takes 10 messages and 1 MiB, a message 1 MiB', async () => {
  const { stage } = await fifo();
  const codes = async (sending: Promise<unknown>) => sending.catch((error: unknown) => stage.transport.codeOf(error));
  const eleven = Array.from({ length: 11 }, (_, index) => message(`m${index}`, { key: 'g' }));
  expect(await codes(stage.send(...eleven))).toBe('message-invalid');
  const half = 'x'.repeat(600_000);
  const two = [message('a', { key: 'g', body: half }), message('b', { key: 'g', body: half })];
  expect(await codes(stage.send(...two))).toBe('message-too-large');
  const [alone] = await stage.send(message('c', { key: 'g', body: 'x'.repeat(1_048_576) }));
  expect(alone?.status === 'rejected' && stage.transport.codeOf(alone.error)).toBe('message-too-large');
});

test('beyond the limit in flight a receive finds nothing, without an error, until something is settled', async () => {
  const stage = await openStage({ profile: withParameters(sqsFifo, { inFlightMax: 3 }), clock: virtualClock() });
  const receiver = await stage.receiver();
  await stage.send(...['a', 'b', 'c', 'd', 'e'].map((id) => message(id, { key: id })));
  const held = await receiver.take();
  expect(idsOf(held)).toEqual(['a', 'b', 'c']);
  expect(await receiver.take()).toEqual([]);
  await receiver.accept(...held.slice(0, 1));
  expect(idsOf(await receiver.take())).toEqual(['d']);
});

test('with 300 calls a second for each action, the 301st is throttled and the next second is free again', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: withParameters(sqsFifo, { callsPerSecond: 300 }), clock });
  const receiver = await stage.receiver();
  for (let call = 0; call < 300; call += 1) await stage.send(message(`m${call}`, { key: 'g' }));
  const refused = await stage.send(message('one too many', { key: 'g' })).catch(stage.transport.codeOf);
  expect(refused).toBe('throttled');
  for (let call = 0; call < 300; call += 1) await receiver.take();
  await expect(receiver.take().catch(stage.transport.codeOf)).resolves.toBe('throttled');
  await clock.advance(1000);
  expect(await stage.send(message('later', { key: 'g' }))).toEqual([{ status: 'confirmed' }]);
});

test('messages without a key do not wait for each other', async () => {
  const { stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('a'), message('b'));
  expect(idsOf(await receiver.take(1))).toEqual(['a']);
  expect(idsOf(await receiver.take(1))).toEqual(['b']);
});
