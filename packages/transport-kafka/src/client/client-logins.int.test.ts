import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { readOptions } from '../options.ts';
import type { KafkaSasl, KafkaTransportOptions } from '../options.ts';
import type { KafkaClient } from './kafka-client.ts';
import { openKafkaClient } from './open-kafka-client.ts';
import { batchOf, untilItWorks } from './testing/client-stage.ts';
import { openRecordingMember, until } from './testing/recording-member.ts';

const alice = { username: 'alice', password: 'sesame' };
const broker = await findBroker('kafka', 'the logins of both clients', { tls: true, users: { alice: alice.password } });

afterAll(() => broker?.stop());

const unsigned = (claims: object): string =>
  [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.';

const token = (): string => {
  const now = Math.floor(Date.now() / 1000);
  return unsigned({ sub: 'alice', iat: now - 10, exp: now + 600 });
};

const logins: readonly KafkaSasl[] = [
  { mechanism: 'plain', credentials: alice },
  { mechanism: 'scram-sha-256', credentials: () => Promise.resolve(alice) },
  { mechanism: 'scram-sha-512', credentials: () => alice },
  { mechanism: 'oauthbearer', token },
];

describe.runIf(broker).each(['kafkajs', 'platformatic'] as const)('%s', { timeout: 60_000 }, (library) => {
  const { tls, sasl } = broker as Broker;
  let opened: KafkaClient | undefined;

  afterEach(() => opened?.close());

  const open = async (address: string | undefined, own: Partial<KafkaTransportOptions>): Promise<KafkaClient> => {
    const brokers = [new URL(address ?? '').host];
    opened = await openKafkaClient(
      readOptions({ brokers, client: library, tls: { ca: tls?.ca ?? '' }, requestTimeoutMs: 5000, ...own }),
    );
    return opened;
  };

  test('trusts the certificate that it is given, and no other', async () => {
    const { admin } = await open(tls?.address, {});
    expect(await admin.partitionsOf('nothing')).toBeUndefined();
    await opened?.close();
    const distrusting = await open(tls?.address, { tls: {} });
    const refused = await distrusting.admin.partitionsOf('nothing').catch((error: unknown) => error);
    expect(errorCodeOf(refused)).toBe('unauthorized');
  });

  test.each(logins)('logs in by $mechanism, writes and reads as a member of a group', async (login) => {
    const client = await open(sasl?.address, { sasl: login });
    const { admin, openProducer } = client;
    const topic = `login-${randomUUID().slice(0, 8)}`;
    await untilItWorks(() => admin.createTopics([{ topic, partitions: 1, replicas: 1, configuration: {} }]));
    const producer = await untilItWorks(openProducer);
    await untilItWorks(() => producer.send(batchOf(topic, 0, ['x'])));
    expect((await admin.endsOf(topic)).get(0)).toEqual({ low: 0, high: 1 });
    const reader = await openRecordingMember(client, { groupId: `${topic}.group`, topic });
    await until('the record', () => reader.records.length === 1);
    await reader.member.commit(new Map([[0, 1]]));
    await reader.member.close();
    expect(await admin.committedOf(`${topic}.group`, topic)).toEqual(new Map([[0, 1]]));
  });

  test('a wrong password is told as such', async () => {
    const wrong = { mechanism: 'scram-sha-512', credentials: { ...alice, password: 'wrong' } } as const;
    const { admin } = await open(sasl?.address, { sasl: wrong });
    const refused = await admin.partitionsOf('nothing').catch((error: unknown) => error);
    expect(errorCodeOf(refused)).toBe('unauthorized');
    expect(String(refused)).not.toContain('wrong');
  });

  test('credentials are asked for at every connection', async () => {
    const asked: string[] = [];
    const credentials = (): typeof alice => {
      asked.push('asked');
      return alice;
    };
    const { openProducer } = await open(sasl?.address, { sasl: { mechanism: 'plain', credentials } });
    await untilItWorks(openProducer);
    const before = asked.length;
    expect(before).toBeGreaterThan(0);
    await untilItWorks(openProducer);
    expect(asked.length).toBeGreaterThan(before);
  });
});
