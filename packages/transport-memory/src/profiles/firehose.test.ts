import { countingIds, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { message, openStage } from '../testing/open-stage.ts';
import type { BufferSemantics } from './buffer-semantics.ts';
import { firehose } from './firehose.ts';
import { withParameters } from './with-parameters.ts';

const stream = async (parameters: Partial<BufferSemantics> = {}) => {
  const clock = virtualClock({ startMs: Date.UTC(2026, 10, 21, 9, 30) });
  const stage = await openStage({ profile: withParameters(firehose, parameters), clock, newId: countingIds('object') });
  const { objects } = stage.transport;
  const textOf = (key: string) => objects.get(key)?.records.map((record) => new TextDecoder().decode(record));
  return { clock, stage, objects, textOf };
};

test('there is no receive call', async () => {
  const { stage } = await stream();
  const { transport, address } = stage;
  expect(transport.capabilities.receive.level).toBe('unsupported');
  const opening = transport.openReceiver(address, { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined });
  expect(await opening.catch(transport.codeOf)).toBe('unsupported');
  const subscribing = transport.ensureTopology({ channels: [], subscriptions: [{ ...address, leaseMs: 1000 }] });
  expect(await subscribing.catch(transport.codeOf)).toBe('unsupported');
});

test('records come together in one object 300 s after the first of them', async () => {
  const { clock, stage, objects, textOf } = await stream();
  await stage.send(message('a'), message('b'));
  await clock.advance(200_000);
  await stage.send(message('c'));
  await clock.advance(99_999);
  expect(objects.list()).toEqual([]);
  await clock.advance(1);
  const [key = ''] = objects.list();
  expect(textOf(key)).toEqual(['a', 'b', 'c']);
  expect(objects.get(key)?.writtenAtMs).toBe(clock.now());
});

test('5 MB of records are an object at once, and the next object has its own 300 s', async () => {
  const { clock, stage, objects } = await stream();
  const large = 'x'.repeat(1_000_000);
  for (const id of ['1', '2', '3', '4', '5', '6']) await stage.send(message(id, { body: large }));
  expect(objects.list()).toHaveLength(1);
  await clock.advance(299_999);
  expect(objects.list()).toHaveLength(1);
  await clock.advance(1);
  expect(objects.list().map((key) => objects.get(key)?.records.length)).toEqual([5, 1]);
});

test('a put that is repeated is a second record: nothing is deduplicated', async () => {
  const { clock, stage, objects, textOf } = await stream();
  await stage.send(message('a'));
  await stage.send(message('a'));
  await clock.advance(300_000);
  expect(objects.list().flatMap(textOf)).toEqual(['a', 'a']);
});

test('the name of an object says its hour, its stream and its time, and lists are in that order', async () => {
  const { clock, stage, objects } = await stream();
  for (let round = 0; round < 3; round += 1) {
    await stage.send(message(`m${round}`));
    await clock.advance(1_800_000);
  }
  expect(objects.list()).toEqual([
    'orders/2026/11/21/09/orders-1-2026-11-21-09-35-00-object-1',
    'orders/2026/11/21/10/orders-1-2026-11-21-10-05-00-object-2',
    'orders/2026/11/21/10/orders-1-2026-11-21-10-35-00-object-3',
  ]);
  expect(objects.list({ prefix: 'orders/2026/11/21/10/' })).toHaveLength(2);
  expect(objects.list({ after: objects.list()[1] ?? '' })).toHaveLength(1);
});

test('a reader may remove what it has read', async () => {
  const { stage, objects } = await stream({ bufferMs: 0 });
  await stage.send(message('a'));
  for (const key of objects.list()) objects.remove(key);
  expect(objects.list()).toEqual([]);
});

test('a record of more than 1,000 KiB is refused by itself', async () => {
  const { stage } = await stream();
  const outcomes = await stage.send(message('a', { body: 'x'.repeat(1_024_001) }), message('b'));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'confirmed']);
});

test('figures of a queue are missing, not zero', async () => {
  const { stage } = await stream();
  expect(await stage.transport.inspect(stage.address)).toEqual({
    ready: undefined,
    inFlight: undefined,
    oldestAgeMs: undefined,
  });
});
