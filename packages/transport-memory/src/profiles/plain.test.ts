import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, message, openStage } from '../testing/open-stage.ts';

const plainStage = () => openStage({ profile: 'plain', clock: virtualClock() });

test('messages of a key come in the order in which they were sent, and the next one after the first is settled', async () => {
  const stage = await plainStage();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }));
  const [first] = await receiver.take(1);
  expect(first?.message.id).toBe('a');
  expect(await receiver.take(1)).toEqual([]);
  if (first !== undefined) await receiver.accept(first);
  expect(idsOf(await receiver.take(1))).toEqual(['b']);
});

test('the same message sent twice is delivered twice, because nothing is deduplicated', async () => {
  const stage = await plainStage();
  const receiver = await stage.receiver();
  await stage.send(message('a'));
  await stage.send(message('a'));
  expect(idsOf(await receiver.take())).toEqual(['a', 'a']);
});

test('a key stays with its receiver: another gets none of it while one is held, even the one that was released', async () => {
  const stage = await plainStage();
  const one = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }), message('c', { key: 'free' }));
  const [a, b] = await one.take(2);
  if (a === undefined || b === undefined) throw new Error('two were sent');
  await one.release(a);
  expect(idsOf(await other.take())).toEqual(['c']);
  expect(idsOf(await one.take())).toEqual(['a']);
});

test('a released key goes to whoever asks once nothing of it is held', async () => {
  const stage = await plainStage();
  const one = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }));
  const [a, b] = await one.take(2);
  if (a === undefined || b === undefined) throw new Error('two were sent');
  await one.release(a);
  await one.release(b);
  expect(idsOf(await other.take())).toEqual(['a', 'b']);
});

test('a release with a delay holds its key back for that long and no other', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }), message('c', { key: 'other' }));
  const [a] = await receiver.take(1);
  if (a === undefined) throw new Error('one was sent');
  await receiver.release(a, 5000);
  expect(idsOf(await receiver.take())).toEqual(['c']);
  await clock.advance(4999);
  expect(await receiver.take()).toEqual([]);
  await clock.advance(1);
  const again = await receiver.take();
  expect(idsOf(again)).toEqual(['a', 'b']);
  expect(again.map(({ attempt }) => attempt)).toEqual([2, 1]);
});

test('a message may ask for a delay, and later ones of its key wait behind it', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k', delayMs: 60_000 }), message('b', { key: 'k' }), message('c'));
  const others = await receiver.take();
  expect(idsOf(others)).toEqual(['c']);
  await receiver.accept(...others);
  await clock.advance(60_000);
  expect(idsOf(await receiver.take())).toEqual(['a', 'b']);
});

test('a lease that runs out gives the message back, tells the receiver, and turns a late settlement into `lost`', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k' }));
  const [a] = await receiver.take();
  if (a === undefined) throw new Error('one was sent');
  await clock.advance(30_000);
  expect(receiver.lost).toEqual([a.receipt]);
  expect(await receiver.accept(a)).toEqual([{ status: 'lost' }]);
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

test('messages without a key come back in their order when their leases run out, before newer ones', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  await stage.send(message('a'), message('b'), message('c'));
  await receiver.take(3);
  await stage.send(message('d'));
  await clock.advance(30_000);
  expect(idsOf(await receiver.take())).toEqual(['a', 'b', 'c', 'd']);
});

test('an extension counts from now and may be repeated for ever', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  await stage.send(message('a'));
  const receipts = (await receiver.take()).map(({ receipt }) => receipt);
  for (let hour = 0; hour < 48; hour += 1) {
    expect(await receiver.extendBatch(receipts, 3_600_000)).toEqual(['extended']);
    await clock.advance(3_599_999);
  }
  expect(receiver.lost).toEqual([]);
  await clock.advance(1);
  expect(receiver.lost).toEqual(receipts);
  expect(await receiver.extendBatch(receipts, 1000)).toEqual(['lost']);
});

test('an event reaches every group that is subscribed, and nobody that comes later', async () => {
  const stage = await openStage({ profile: 'plain', clock: virtualClock(), kind: 'event' });
  await stage.send(message('gone'));
  const billing = await stage.receiver({ group: 'billing' });
  const mail = await stage.receiver({ group: 'mail' });
  await stage.send(message('a'));
  const late = await stage.receiver({ group: 'late' });
  expect(idsOf(await billing.take())).toEqual(['a']);
  expect(idsOf(await mail.take())).toEqual(['a']);
  expect(await late.take()).toEqual([]);
});

test('a command waits for its consumer, and has only one group', async () => {
  const stage = await plainStage();
  await stage.send(message('a'));
  const receiver = await stage.receiver();
  expect(idsOf(await receiver.take())).toEqual(['a']);
  const second = stage.receiver({ group: 'second' });
  await expect(second.catch((error: unknown) => stage.transport.codeOf(error))).resolves.toBe('topology-conflict');
});

test('the inspection is exact: ready, in flight and the age of the oldest that is not settled', async () => {
  const clock = virtualClock();
  const stage = await openStage({ profile: 'plain', clock });
  const receiver = await stage.receiver();
  const { transport, address } = stage;
  expect(await transport.inspect(address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
  await stage.send(message('a', { key: 'k' }));
  await clock.advance(1000);
  await stage.send(message('b', { key: 'k' }), message('c', { delayMs: 5000 }));
  const [a] = await receiver.take(1);
  await clock.advance(500);
  expect(await transport.inspect(address)).toEqual({ ready: 2, inFlight: 1, oldestAgeMs: 1500 });
  if (a !== undefined) await receiver.accept(a);
  expect(await transport.inspect(address)).toEqual({ ready: 2, inFlight: 0, oldestAgeMs: 500 });
});
