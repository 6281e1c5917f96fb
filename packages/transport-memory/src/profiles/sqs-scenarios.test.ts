import type { Delivery } from '@waybill/core/driver';
import { seededRandom, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { idsOf, message, openStage } from '../testing/open-stage.ts';
import type { QueueSemantics } from './queue-semantics.ts';
import { sqsFifo } from './sqs-fifo.ts';
import { sqsStandard } from './sqs-standard.ts';
import { withParameters } from './with-parameters.ts';

/** The scenarios of broker-facts §13, as far as the broker alone can show them. */
const fifo = async (parameters: Partial<QueueSemantics> = {}) => {
  const clock = virtualClock();
  return { clock, stage: await openStage({ profile: withParameters(sqsFifo, parameters), clock }) };
};

const only = (deliveries: readonly Delivery[]): Delivery => {
  const [delivery] = deliveries;
  if (delivery === undefined || deliveries.length > 1) throw new Error(`${deliveries.length} deliveries, not one`);
  return delivery;
};

test('S1: a resubmit that makes a new order number is a second message; one that keeps its token is not', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('order-1', { key: 'order-1' }), message('form-7', { key: 'form-7' }));
  await clock.advance(6000);
  await stage.send(message('order-2', { key: 'order-2' }), message('form-7', { key: 'form-7' }));
  expect(idsOf(await receiver.take())).toEqual(['order-1', 'form-7', 'order-2']);
});

test('S2: content-based deduplication misses a body with a time in it, and drops a legitimate twin with other attributes', async () => {
  const { stage } = await fifo({ deduplicationBy: 'body' });
  const receiver = await stage.receiver();
  await stage.send(
    message('a', { key: 'g', body: '{"cart":1,"at":10}' }),
    message('b', { key: 'g', body: '{"cart":1,"at":16}' }),
    message('c', { key: 'g', body: '{"at":10,"cart":1}' }),
    message('twin', { key: 'g', body: '{"cart":1,"at":10}', deduplicationKey: 'another' }),
  );
  expect(idsOf(await receiver.take())).toEqual(['a', 'b', 'c']);
});

test('S3: the window starts at the first send and is not renewed: of sends at 0, 200 and 400 s the third is delivered', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  const delivered: number[] = [];
  for (const atMs of [0, 200_000, 400_000]) {
    await clock.advance(atMs - clock.monotonic());
    await stage.send(message('token', { key: 'g' }));
    const taken = await receiver.take();
    if (taken.length > 0) delivered.push(atMs);
    await receiver.accept(...taken);
  }
  expect(delivered).toEqual([0, 400_000]);
});

test('S4: with group scope and a group per order, one token under two order ids is delivered twice', async () => {
  const { stage } = await fifo({ deduplicationScope: 'key' });
  const receiver = await stage.receiver();
  await stage.send(message('1', { key: 'shop:order-1', deduplicationKey: 'token' }));
  await stage.send(message('2', { key: 'shop:order-2', deduplicationKey: 'token' }));
  expect(idsOf(await receiver.take())).toEqual(['1', '2']);
});

test('S5: a payment of 35 s under a lease of 30 s is begun by a second consumer, and the delete of the first fails', async () => {
  const { clock, stage } = await fifo();
  const one = await stage.receiver();
  const other = await stage.receiver();
  await stage.send(message('pay', { key: 'order-1' }));
  const first = only(await one.take());
  const waiting = other.receiveBatch(10, new AbortController().signal);
  await clock.advance(20_000);
  expect(await waiting).toEqual([]);
  const again = other.receiveBatch(10, new AbortController().signal);
  await clock.advance(15_000);
  expect(only(await again)).toMatchObject({ message: { id: 'pay' }, attempt: 2 });
  expect((await one.accept(first))[0]?.status).toBe('failed');
});

test('S6: on FIFO a payment that always ends after its lease is made 5 times and then dead-lettered; on standard its delete works', async () => {
  const charges = { fifo: 0, standard: 0 };
  for (const [name, profile] of [['fifo', sqsFifo] as const, ['standard', sqsStandard] as const]) {
    const clock = virtualClock();
    const stage = await openStage({
      profile: withParameters(profile, { duplicateProbability: 0 }),
      clock,
      random: seededRandom(1),
    });
    const receiver = await stage.receiver();
    await stage.send(message('pay', { key: 'order-1' }));
    for (let taken = await receiver.take(); taken.length > 0; taken = await receiver.take()) {
      charges[name] += 1;
      await clock.advance(31_000);
      await receiver.accept(...taken);
    }
    const dead = await stage.receiver({ group: 'workers.dead-letters' });
    expect(await dead.take()).toHaveLength(name === 'fifo' ? 1 : 0);
  }
  expect(charges).toEqual({ fifo: 5, standard: 1 });
});

test('S12: what follows a dead letter of its group goes on without it, and a redrive brings it back at the end as a new message', async () => {
  const { clock, stage } = await fifo({ attemptsMax: 2 });
  const receiver = await stage.receiver();
  await stage.send(...['authorize', 'capture'].map((id) => message(id, { key: 'o1' })));
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    expect(only(await receiver.take(1)).message.id).toBe('authorize');
    await clock.advance(30_000);
  }
  const capture = only(await receiver.take(1));
  expect(capture.message.id).toBe('capture');
  await receiver.accept(capture);
  await stage.send(message('cancel', { key: 'o1' }));
  await clock.advance(3_600_000);
  expect(stage.transport.broker.redrive(stage.address)).toBe(1);
  const rest = await receiver.take();
  expect(idsOf(rest)).toEqual(['cancel', 'authorize']);
  expect(rest[1]).toMatchObject({ attempt: 1, enqueuedAtMs: clock.now() });
});

test('S13: one poison message in a group for all stops the shop for 150 s; with a group per order it stops its order only', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(
    message('poison', { key: 'orders' }),
    message('good', { key: 'orders' }),
    message('own', { key: 'o7' }),
  );
  const taken: string[] = [];
  let goodAtMs = -1;
  while (goodAtMs < 0) {
    for (const delivery of await receiver.take(1)) {
      if (delivery.message.id !== 'poison') await receiver.accept(delivery);
      if (delivery.message.id === 'good') goodAtMs = clock.monotonic();
      taken.push(delivery.message.id);
    }
    if (goodAtMs < 0) await clock.advance(1000);
  }
  expect(goodAtMs).toBe(150_000);
  expect(taken).toEqual(['poison', 'own', 'poison', 'poison', 'poison', 'poison', 'good']);
});

test('S17: after a purge the retry of an order that was already handled is accepted and delivered again', async () => {
  const { clock, stage } = await fifo();
  const receiver = await stage.receiver();
  await stage.send(message('order-1', { key: 'order-1' }));
  await receiver.accept(...(await receiver.take()));
  await clock.advance(60_000);
  stage.transport.broker.purge(stage.address);
  await stage.send(message('order-1', { key: 'order-1' }));
  expect(idsOf(await receiver.take())).toEqual(['order-1']);
});
