import { seededRandom, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createMemoryBroker } from './broker/memory-broker.ts';
import { memoryTransport } from './memory-transport.ts';
import { idsOf, message, openStage, openStageReceiver } from './testing/open-stage.ts';

const plainStage = async () => {
  const clock = virtualClock();
  return { clock, stage: await openStage({ profile: 'plain', clock }) };
};

const twoProcesses = async () => {
  const clock = virtualClock();
  const broker = createMemoryBroker({ clock });
  const [one, other] = [memoryTransport({ broker }), memoryTransport({ broker })];
  const address = { kind: 'command', channel: 'orders', group: 'workers' } as const;
  await one.ensureTopology({ channels: [], subscriptions: [{ ...address, leaseMs: 30_000 }] });
  const sender = await one.openSender(address);
  return { clock, one, other, address, sender };
};

test('a receive waits until something is sent', async () => {
  const { clock, stage } = await plainStage();
  const receiver = await stage.receiver();
  const waiting = receiver.receiveBatch(10, new AbortController().signal);
  await clock.advance(5000);
  await stage.send(message('a'), message('b'));
  expect(idsOf(await waiting)).toEqual(['a', 'b']);
});

test('a receive that nothing comes for answers with nothing after 20 s', async () => {
  const { clock, stage } = await plainStage();
  const receiver = await stage.receiver();
  expect(await clock.runUntil(receiver.receiveBatch(10, new AbortController().signal))).toEqual([]);
  expect(clock.monotonic()).toBe(20_000);
});

test('an aborted receive answers with nothing at once and takes nothing later', async () => {
  const { stage } = await plainStage();
  const receiver = await stage.receiver();
  const controller = new AbortController();
  const waiting = receiver.receiveBatch(10, controller.signal);
  controller.abort();
  expect(await waiting).toEqual([]);
  await stage.send(message('a'));
  expect(await receiver.receiveBatch(10, controller.signal)).toEqual([]);
  expect(await stage.transport.inspect(stage.address)).toMatchObject({ ready: 1, inFlight: 0 });
});

test('receivers that wait are served in turn, each with no more than its limit', async () => {
  const { stage } = await plainStage();
  const one = await stage.receiver();
  const other = await stage.receiver();
  const { signal } = new AbortController();
  const waiting = [one.receiveBatch(1, signal), other.receiveBatch(1, signal)];
  await stage.send(message('a'), message('b'), message('c'));
  expect((await Promise.all(waiting)).map(idsOf)).toEqual([['a'], ['b']]);
  expect(await stage.transport.inspect(stage.address)).toMatchObject({ ready: 1, inFlight: 2 });
});

test('a second receive while one waits is refused', async () => {
  const { stage } = await plainStage();
  const receiver = await stage.receiver();
  const controller = new AbortController();
  const waiting = receiver.receiveBatch(10, controller.signal);
  expect(await receiver.receiveBatch(10, controller.signal).catch(stage.transport.codeOf)).toBe('unsupported');
  controller.abort();
  await waiting;
});

test('a receiver that closes gives back what it holds, in order, and ends the receive that waits', async () => {
  const { stage } = await plainStage();
  const receiver = await stage.receiver();
  await stage.send(message('a', { key: 'k' }), message('b', { key: 'k' }), message('c'), message('d'));
  await receiver.take();
  const waiting = receiver.receiveBatch(10, new AbortController().signal);
  await receiver.close();
  await receiver.close();
  expect(await waiting).toEqual([]);
  expect(await receiver.take().catch(stage.transport.codeOf)).toBe('closed');
  const next = await stage.receiver();
  const again = await next.take();
  expect(idsOf(again).filter((id) => id < 'c')).toEqual(['a', 'b']);
  expect(idsOf(again).filter((id) => id > 'b')).toEqual(['c', 'd']);
  expect(again.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2]);
});

test('a transport that closes closes what it opened and leaves no timer behind', async () => {
  const { clock, stage } = await plainStage();
  const receiver = await stage.receiver();
  await stage.send(message('a'));
  await receiver.take();
  await stage.transport.close();
  await stage.transport.close();
  expect(clock.pendingTimers).toBe(0);
  expect(await stage.send(message('b')).catch(stage.transport.codeOf)).toBe('closed');
  expect(await stage.transport.inspect(stage.address).catch(stage.transport.codeOf)).toBe('closed');
});

test('messages outlive the transport on a shared broker', async () => {
  const { one, other, address, sender } = await twoProcesses();
  await sender.sendBatch([message('a')]);
  await one.close();
  const receiver = await openStageReceiver(other, address, 30_000);
  expect(idsOf(await receiver.take())).toEqual(['a']);
});

test('what a dead process held comes to another when its lease runs out, and the dead one hears of nothing', async () => {
  const { clock, one, other, address, sender } = await twoProcesses();
  const dying = await openStageReceiver(one, address, 30_000);
  await sender.sendBatch([message('a', { key: 'k' }), message('b', { key: 'k' })]);
  const held = await dying.take(1);
  one.abandon();
  const living = await openStageReceiver(other, address, 30_000);
  expect(await living.take()).toEqual([]);
  await clock.advance(29_999);
  expect(await living.take()).toEqual([]);
  await clock.advance(1);
  expect(idsOf(await living.take())).toEqual(['a', 'b']);
  expect(dying.lost).toEqual([]);
  const after = [dying.accept(...held), sender.sendBatch([message('c')]), one.inspect(address)];
  expect(await Promise.race([...after, clock.turn()])).toBeUndefined();
  expect(await other.inspect(address)).toMatchObject({ ready: 0, inFlight: 2 });
});

test('with nobody left alive there is no timer, and yet leases and delays end on time', async () => {
  const { clock, one, other, address, sender } = await twoProcesses();
  const dying = await openStageReceiver(one, address, 30_000);
  await sender.sendBatch([message('a'), message('later', { delayMs: 60_000 })]);
  await dying.take();
  one.abandon();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(29_999);
  expect(await other.inspect(address)).toEqual({ ready: 1, inFlight: 1, oldestAgeMs: 29_999 });
  await clock.advance(30_001);
  expect(await other.inspect(address)).toEqual({ ready: 2, inFlight: 0, oldestAgeMs: 60_000 });
  const living = await openStageReceiver(other, address, 30_000);
  expect(idsOf(await living.take())).toEqual(['a', 'later']);
});

test('the receive of a dead process takes nothing', async () => {
  const { one, other, address, sender } = await twoProcesses();
  const dying = await openStageReceiver(one, address, 30_000);
  const { signal } = new AbortController();
  const waiting = dying.receiveBatch(10, signal);
  const feeder = await other.openSender(address);
  one.abandon();
  await feeder.sendBatch([message('a')]);
  expect(await other.inspect(address)).toMatchObject({ ready: 1, inFlight: 0 });
  expect(await Promise.race([waiting, sender.sendBatch([message('b')]), Promise.resolve('pending')])).toBe('pending');
});

test('bodies of every size arrive as they were sent', async () => {
  const { stage } = await plainStage();
  const receiver = await stage.receiver();
  const sizes = [0, 1, 63, 2047, 2048, 2049, 16_383, 16_385, 100_000];
  const random = seededRandom(1);
  const bodies = sizes.map((size) => Uint8Array.from({ length: size }, () => Math.floor(random() * 256)));
  await stage.send(...bodies.map((body, index) => ({ ...message(`m${index}`), body })));
  expect((await receiver.take()).map((delivery) => delivery.message.body)).toEqual(bodies);
});

test('a channel or a group that nobody created is not found', async () => {
  const { stage } = await plainStage();
  const { transport, address } = stage;
  const missing = { ...address, channel: 'nowhere' };
  const receiver = { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined };
  expect(await transport.openSender(missing).catch(transport.codeOf)).toBe('not-found');
  expect(await transport.inspect(missing).catch(transport.codeOf)).toBe('not-found');
  const group = { ...address, group: 'nobody' };
  expect(await transport.openReceiver(group, receiver).catch(transport.codeOf)).toBe('not-found');
});

test('creating what is there changes nothing; another lease for the same group is a conflict', async () => {
  const { stage } = await plainStage();
  const { transport, address } = stage;
  const ensure = (leaseMs: number) =>
    transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs }] });
  await ensure(30_000);
  await stage.send(message('a'));
  await ensure(30_000);
  expect(await transport.inspect(address)).toMatchObject({ ready: 1 });
  expect(await ensure(10_000).catch(transport.codeOf)).toBe('topology-conflict');
});

test.each(['', 'a b', 'tab\t', 'x'.repeat(256), '\ud83e'])(
  '%j is no name for a channel or a group, and nothing is created',
  async (name) => {
    const { stage } = await plainStage();
    const { transport, address } = stage;
    const good = { ...address, channel: 'good' };
    const bad = { ...address, channel: name };
    expect(await transport.ensureTopology({ channels: [good, bad], subscriptions: [] }).catch(transport.codeOf)).toBe(
      'invalid-address',
    );
    const group = { ...good, group: name, leaseMs: 1000 };
    expect(await transport.ensureTopology({ channels: [], subscriptions: [group] }).catch(transport.codeOf)).toBe(
      'invalid-address',
    );
    expect(await transport.openSender(good).catch(transport.codeOf)).toBe('not-found');
  },
);

test('a group cannot take the name of dead letters', async () => {
  const { stage } = await plainStage();
  const taken = { ...stage.address, group: 'workers.dead-letters', leaseMs: 1000 };
  const ensuring = stage.transport.ensureTopology({ channels: [], subscriptions: [taken] });
  expect(await ensuring.catch(stage.transport.codeOf)).toBe('invalid-address');
});

test('an empty key is refused, and what follows a refused message of its key in the batch is refused with it', async () => {
  const { stage } = await plainStage();
  const outcomes = await stage.send(message('a', { key: '' }), message('b', { key: '' }), message('c', { key: 'k' }));
  const codes = outcomes.map((outcome) =>
    outcome.status === 'confirmed' ? 'ok' : stage.transport.codeOf(outcome.error),
  );
  expect(codes).toEqual(['message-invalid', 'message-invalid', 'ok']);
});

test('a receipt means nothing to a receiver that did not get it', async () => {
  const { stage } = await plainStage();
  const receiver = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('a'));
  const held = await receiver.take();
  expect(await other.accept(...held)).toEqual([{ status: 'lost' }]);
  expect(await other.extendBatch([held[0]?.receipt ?? {}, {}], 1000)).toEqual(['lost', 'lost']);
  expect(await receiver.accept(...held)).toEqual([{ status: 'settled' }]);
});

test('outcomes of a settlement are told apart one by one, and a second settlement changes nothing', async () => {
  const { clock, stage } = await plainStage();
  const receiver = await stage.receiver();
  await stage.send(message('a'), message('b'));
  const [a] = await receiver.take(1);
  await clock.advance(30_000);
  const [again, b] = await receiver.take();
  if (a === undefined || again === undefined || b === undefined) throw new Error('two were sent');
  expect(await receiver.accept(again, a, b)).toEqual([
    { status: 'settled' },
    { status: 'lost' },
    { status: 'settled' },
  ]);
  expect(await receiver.accept(again)).toEqual([{ status: 'settled' }]);
  expect(await stage.transport.inspect(stage.address)).toMatchObject({ ready: 0, inFlight: 0 });
});

test('the transport says which semantics it plays', () => {
  expect(memoryTransport().name).toBe('memory');
  expect(memoryTransport({ profile: 'sqs-fifo' }).name).toBe('memory:sqs-fifo');
});
