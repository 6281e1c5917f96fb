import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createRelay } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import { recordingTransport } from '@waybill/core/testing';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import { startRelayChild } from '../testing/start-relay-child.ts';
import type { ChildQuestion, RelayChild, SentRow } from '../testing/start-relay-child.ts';
import { everyBucket, testDraft } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'relays in processes of their own that freeze and die');
const url = broker?.address ?? 'postgres://localhost';
const leaseMs = 600;

afterAll(() => broker?.stop());

describe.skipIf(broker === undefined)('on PostgreSQL', { timeout: 60_000 }, () => {
  let schemas = 0;
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function openWorld() {
    schemas += 1;
    const schema = `processes_${schemas}`;
    const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off' }), schema });
    await store.open();
    ends.push(() => store.close());
    /** What the broker was given, in its order, by whom. */
    const sent: (SentRow & { readonly by: string })[] = [];
    const child = (onStep: (question: ChildQuestion, self: () => RelayChild) => void | Promise<void>): RelayChild => {
      const started: RelayChild = startRelayChild({ url, schema, leaseMs }, (question) => {
        if (question.step === 'sent') sent.push(...question.rows.map((row) => ({ ...row, by: 'child' })));
        return onStep(question, () => started);
      });
      ends.push(() => (started.goOn(), started.kill9()));
      return started;
    };
    const startSuccessor = (): void => {
      const transport = recordingTransport({
        onBatch: (messages) => {
          const rows = messages.map(({ key = '', headers }) => ({ key, sequence: Number(headers['wb-sequence']) }));
          sent.push(...rows.map((row) => ({ ...row, by: 'successor' })));
        },
      });
      const relay = createRelay({ store, transport, leaseMs, pollMs: 50 });
      relay.start();
      ends.push(() => relay.stop());
    };
    const publish = (keys: readonly string[], each: number): Promise<void> =>
      store.transaction(({ enqueue }) =>
        enqueue(keys.flatMap((key) => Array.from({ length: each }, (_, at) => testDraft(`${key}${at + 1}`, key)))),
      );
    return { store, sent, child, startSuccessor, publish };
  }

  async function epochOf({ readOutbox }: StoreDriver): Promise<string> {
    const { rows } = await readOutbox({ buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1 });
    return rows[0]?.epoch ?? '';
  }

  async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await holds())) await sleep(20);
  }

  test('a relay that freezes past its lease repeats what its successor has sent, and the fence lets no effect happen twice', async () => {
    const { store, sent, child, startSuccessor, publish } = await openWorld();
    const keys = ['a', 'b', 'c', 'd'];
    await publish(keys, 4);
    const epoch = await epochOf(store);
    const frozen = Promise.withResolvers<RelayChild>();
    let isFirst = true;
    child(({ step }, self) => {
      if (step !== 'before' || !isFirst) return;
      isFirst = false;
      self().freeze();
      frozen.resolve(self());
    });
    const relay = await frozen.promise;
    startSuccessor();
    await until(async () => (await store.inspect()).outboxRows === 0);
    relay.goOn();
    await until(() => sent.some(({ by }) => by === 'child'));
    await sleep(200);

    const repeated = sent.filter(({ by }) => by === 'child');
    expect(repeated).not.toEqual([]);
    expect(sent.filter(({ by }) => by === 'successor')).toHaveLength(16);
    const effects = new Map(keys.map((key) => [key, [] as number[]]));
    for (const { key, sequence } of sent) {
      const [outcome] = await store.transaction(({ claim }) =>
        claim([
          {
            kind: 'sequence',
            scope: 'billing',
            channel: 'orders',
            key,
            epoch,
            sequence,
            firstSequence: 1,
            overGap: false,
          },
        ]),
      );
      expect(['claimed', 'duplicate']).toContain(outcome?.status);
      if (outcome?.status === 'claimed') effects.get(key)?.push(sequence);
    }
    expect([...effects]).toEqual(keys.map((key) => [key, [1, 2, 3, 4]]));
  });

  test('a relay that is killed leaves its buckets to another one when its lease ends: nothing is lost, and every key stays in order', async () => {
    const { store, sent, child, startSuccessor, publish } = await openWorld();
    const keys = Array.from({ length: 30 }, (_, at) => `key-${at}`);
    await publish(keys, 10);
    const died = Promise.withResolvers<number>();
    let batches = 0;
    child(async ({ step }, self) => {
      if (step !== 'sent') return;
      batches += 1;
      if (batches !== 3) return;
      // The broker has the batch; its sender will never know.
      await self().kill9();
      died.resolve(performance.now());
    });
    const diedAt = await died.promise;
    startSuccessor();
    await until(() => sent.some(({ by }) => by === 'successor'));
    expect(performance.now() - diedAt).toBeLessThan(leaseMs * 4);
    await until(async () => (await store.inspect()).outboxRows === 0);

    expect(sent.filter(({ by }) => by === 'child')).not.toEqual([]);
    for (const key of keys) {
      const numbers = sent.filter((row) => row.key === key).map(({ sequence }) => sequence);
      expect([...new Set(numbers)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      // What comes again comes in order as well.
      const again = numbers.filter((number, at) => numbers.indexOf(number) < at);
      expect(again).toEqual(again.toSorted((left, right) => left - right));
    }
  });
});
