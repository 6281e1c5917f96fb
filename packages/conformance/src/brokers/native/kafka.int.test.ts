import { existsSync } from 'node:fs';
import kafkajs, { type Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../broker.ts';
import { findBroker } from '../find-broker.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { startBroker } from '../start-broker.ts';
import { openKafka, readAll, writeAll } from '../testing/kafka-client.ts';
import { brokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const first = await findBroker('kafka', 'the launch of kafka', { origins: ['native'] });

const ask = ({ address }: Broker) => probeKind('kafka', new URL(address));

describe.runIf(first)('a native kafka', { timeout: 120_000 }, () => {
  const broker = first as Broker;
  let other: Broker;

  beforeAll(async () => {
    other = await startBroker('kafka', { origins: ['native'], configuration: { 'message.max.bytes': '2000' } });
  }, 60_000);

  afterAll(() => Promise.all([broker.stop(), other.stop()]));

  test('answers on a loopback port of its own and names its product and version', async () => {
    expect(broker).toMatchObject({ kind: 'kafka', product: 'Apache Kafka', startedBy: 'native' });
    expect(broker.version).toMatch(/^4\.1\.\d+$/);
    expect(new URL(broker.address).hostname).toBe('127.0.0.1');
    expect(broker.address).not.toBe(other.address);
    // What it tells of itself is its release.
    expect(await ask(broker)).toEqual({ product: 'Apache Kafka', version: '4.1' });
  });

  test('is taken from the environment where that names it, and another server is not taken for it', async () => {
    const environment = { WAYBILL_KAFKA_URL: broker.address };
    const named = await startBroker('kafka', { environment });
    expect(named).toMatchObject({ address: broker.address, product: 'Apache Kafka', startedBy: 'environment' });
    await expect(named.kill9()).rejects.toThrow('not ours to break');
    await expect(startBroker('kafka', { environment, users: { alice: 'secret' } })).rejects.toThrow('to configure');
  });

  test('takes settings over those of the launcher, and creates no topic that nobody asked for', async () => {
    const kafka = openKafka(other.address);
    await writeAll(kafka, 'small', ['x'.repeat(1000)]);
    await expect(writeAll(kafka, 'small', ['x'.repeat(3000)])).rejects.toThrow(/larger than the max message size/);
    const producer = kafka.producer({ retry: { retries: 0 } });
    await producer.connect();
    const unknown = producer.send({ topic: 'misspelled', messages: [{ value: 'x' }] });
    await expect(unknown).rejects.toThrow('does not host this topic-partition');
    await producer.disconnect();
  });

  test('changes settings while it runs, by its own tool', async () => {
    const entity = ['--entity-type', 'brokers', '--entity-default'];
    await other.control?.('--alter', ...entity, '--add-config', 'message.max.bytes=5000');
    expect(await other.control?.('--describe', ...entity)).toContain('message.max.bytes=5000');
    await expect(other.control?.('--alter', '--entity-type', 'nobody')).rejects.toThrow(/nobody/);
  });

  test('is silent while it is paused and goes on when it is resumed', async () => {
    await broker.pause();
    await expect(ask(broker)).rejects.toThrow(/does not answer/);
    await broker.resume();
    await expect(ask(broker)).resolves.toMatchObject({ product: 'Apache Kafka' });
  });

  test('has all that it confirmed after kill -9 in the middle of writing, at the same address', async () => {
    const kafka = openKafka(broker.address);
    const confirmed: string[] = [];
    let isDead = false;
    await writeAll(kafka, 'orders', ['begin'], 4);
    const producer = kafka.producer({ retry: { retries: 0 } });
    await producer.connect();
    const write = async (writer: number): Promise<void> => {
      for (let number = 0; !isDead; number += 1) {
        const value = `${writer}-${number}`;
        const sent = producer.send({ topic: 'orders', messages: [{ value, partition: writer }] });
        await sent.then(
          () => confirmed.push(value),
          () => (isDead = true),
        );
      }
    };
    const writing = Promise.all([0, 1, 2, 3].map(write));
    while (confirmed.length < 500 && !isDead) await new Promise((done) => setTimeout(done, 5));
    await broker.kill9();
    await expect(ask(broker)).rejects.toThrow(/ECONNREFUSED/);
    await writing;
    await producer.disconnect();
    await broker.restart();

    const kept = new Set(await readAll(kafka, 'orders'));
    expect(confirmed.length).toBeGreaterThanOrEqual(500);
    expect(confirmed.filter((value) => !kept.has(value))).toEqual([]);
  });

  test('keeps topics, records and the offsets of groups over a polite restart', async () => {
    const kafka = openKafka(broker.address);
    await writeAll(kafka, 'payments', ['1', '2']);
    const admin = kafka.admin();
    await admin.connect();
    await admin.setOffsets({ groupId: 'charging', topic: 'payments', partitions: [{ partition: 0, offset: '1' }] });
    await broker.restart();
    const committed = (): Promise<string | undefined> =>
      admin.fetchOffsets({ groupId: 'charging', topics: ['payments'] }).then(
        ([group]) => group?.partitions[0]?.offset,
        // The group's coordinator still reads what it knew.
        () => undefined,
      );
    await expect.poll(committed, { timeout: 20_000 }).toBe('1');
    await admin.disconnect();
    expect(await readAll(kafka, 'payments')).toEqual(['1', '2']);
  });

  test('leaves no process and no folder when it is stopped, however it is', async () => {
    const before = brokerFootprint(process.pid);
    await broker.pause();
    await other.kill9();
    await Promise.all([broker.stop(), other.stop()]);
    await broker.stop();
    expect([before.processes.length > 0, before.folders.length]).toEqual([true, 2]);
    expect(before.processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
    expect(before.folders.filter(existsSync)).toEqual([]);
  });
});

describe.runIf(first)('a kafka that wants a login and speaks TLS', { timeout: 120_000 }, () => {
  let broker: Broker;
  const users = { alice: 'her "secret"', bob: 'his secret' };

  beforeAll(async () => {
    broker = await startBroker('kafka', { origins: ['native'], tls: true, users });
    await writeAll(openKafka(broker.address), 'orders', ['1']);
  }, 60_000);

  afterAll(() => broker.stop());

  const secured = (sasl: kafkajs.SASLOptions | undefined): Kafka =>
    openKafka((sasl === undefined ? broker.tls : broker.sasl)?.address ?? '', {
      ssl: { ca: broker.tls?.ca },
      retry: { retries: 3 },
      ...(sasl && { sasl }),
    });

  /** What nobody has signed. */
  const tokenOf = (name: string): string => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Date.now() / 1000;
    return `${part({ alg: 'none' })}.${part({ sub: name, iat: now, exp: now + 3600 })}.`;
  };

  test('lets in whoever trusts its certificate', async () => {
    expect(await readAll(secured(undefined), 'orders')).toEqual(['1']);
    const stranger = openKafka(broker.tls?.address ?? '', { ssl: true, retry: { retries: 0 } }).admin();
    await expect(stranger.connect()).rejects.toThrow(/self-signed certificate/);
  });

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'lets in by %s who knows a password',
    async (mechanism) => {
      // Each time another object: kafkajs keeps the password of the first connection in it.
      const login = (password: string): kafkajs.SASLOptions => ({ mechanism, username: 'alice', password });
      expect(await readAll(secured(login(users.alice)), 'orders')).toEqual(['1']);
      const wrong = secured(login('guessed')).admin();
      await expect(wrong.connect()).rejects.toThrow(/[Aa]uthentication failed/);
    },
  );

  test('lets in by OAUTHBEARER who brings a token', async () => {
    const login = (value: string): kafkajs.SASLOptions => ({
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value }),
    });
    expect(await readAll(secured(login(tokenOf('carol'))), 'orders')).toEqual(['1']);
    // kafkajs takes the refusal for an answer, and then the broker breaks off.
    await expect(readAll(secured(login('no.token.')), 'orders')).rejects.toBeInstanceOf(Error);
  });

  test('keeps those out of a topic whom a rule names', async () => {
    const admin = openKafka(broker.address).admin();
    await admin.connect();
    await admin.createAcls({
      acl: [
        {
          resourceType: kafkajs.AclResourceTypes.TOPIC,
          resourceName: 'orders',
          resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
          principal: 'User:alice',
          host: '*',
          operation: kafkajs.AclOperationTypes.READ,
          permissionType: kafkajs.AclPermissionTypes.ALLOW,
        },
      ],
    });
    await admin.disconnect();
    const send = async (name: keyof typeof users): Promise<void> => {
      const producer = secured({ mechanism: 'plain', username: name, password: users[name] }).producer({
        retry: { retries: 0 },
      });
      await producer.connect();
      try {
        await producer.send({ topic: 'orders', messages: [{ value: '2' }] });
      } finally {
        await producer.disconnect();
      }
    };
    await expect.poll(() => send('alice').catch((error: unknown) => String(error))).toMatch(/[Nn]ot authorized/);
    await expect(send('bob')).rejects.toThrow(/[Nn]ot authorized/);
    // Whoever comes without a login may do everything.
    await writeAll(openKafka(broker.address), 'orders', ['3']);
  });
});
