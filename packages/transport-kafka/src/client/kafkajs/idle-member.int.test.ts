import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openClientStage } from '../testing/client-stage.ts';
import { openRecordingMember, until } from '../testing/recording-member.ts';

const broker = await findBroker('kafka', 'members of kafkajs with nothing to do');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const heartbeatMs = 3000;

const openIdle = async () => {
  const stage = await openClientStage((broker as Broker).address, { client: 'kafkajs' }, 2);
  onTestFinished(() => stage.close());
  const idle = { isIdle: () => true, sessionTimeoutMs: 3 * heartbeatMs, heartbeatMs };
  const reader = await openRecordingMember(stage.client, { ...stage, ...idle });
  await until('the first share', () => reader.partitions().length === 2);
  // Its fetch is under way, and waits.
  await sleep(500);
  return { stage, reader };
};

test('a member with nothing to do waits as long as a heartbeat lasts, and gets what comes at once', async () => {
  const { stage, reader } = await openIdle();
  const startedAtMs = performance.now();
  await stage.publish(1, ['one']);
  await until('what came', () => reader.records.length === 1);
  expect(performance.now() - startedAtMs).toBeLessThan(heartbeatMs / 2);
  const before = reader.heartbeats();
  await sleep(2 * heartbeatMs + 1000);
  expect(reader.heartbeats() - before).toBe(2);
}, 30_000);

test('whoever closes does not wait for a fetch that waits', async () => {
  const { reader } = await openIdle();
  const startedAtMs = performance.now();
  await reader.member.close();
  expect(performance.now() - startedAtMs).toBeLessThan(heartbeatMs / 2);
  expect(reader.downs).toEqual([]);
}, 30_000);
