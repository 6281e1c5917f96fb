import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import type { TransportDriver, TransportReceiver } from '@waybill/core/driver';
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { kafkaTransport } from '../kafka-transport.ts';
import { createNames } from '../names.ts';
import type { KafkaSasl, KafkaTransportOptions } from '../options.ts';
import { messageOf, verdictsOf } from '../testing/sender-stage.ts';
import { hostOf } from '../testing/transport-stage.ts';
import { accept, receiveSome, until } from './testing/receiver-stage.ts';

const alice = { username: 'alice', password: 'sesame' };
const broker = await findBroker('kafka', 'consumers with few rights on Kafka', {
  users: { [alice.username]: alice.password },
  configuration: { 'sasl.enabled.mechanisms': 'PLAIN' },
});
const subscription = { kind: 'command', channel: 'orders', group: 'handler', leaseMs: 30_000 } as const;

afterAll(() => broker?.stop());

describe.runIf(broker).each(['kafkajs', 'platformatic'] as const)('%s', { timeout: 60_000 }, (client) => {
  const { address, sasl, control } = broker as Broker;

  const open = (own: Partial<KafkaTransportOptions>): TransportDriver => {
    const transport = kafkaTransport({
      brokers: [hostOf(address)],
      client,
      partitions: 1,
      fetchWaitMs: 100,
      heartbeatMs: 200,
      sessionTimeoutMs: 3000,
      commitMs: 50,
      ...own,
    });
    onTestFinished(() => transport.close());
    return transport;
  };

  /** What alice may do is another thing than what whoever needs no login may do. */
  const openStage = async (own: Partial<KafkaTransportOptions> = {}, mechanism: KafkaSasl['mechanism'] = 'plain') => {
    const namePrefix = `rights-${randomUUID().slice(0, 8)}`;
    const anybody = open({ namePrefix });
    await anybody.ensureTopology({ channels: [], subscriptions: [subscription] });
    const sender = await anybody.openSender(subscription);
    const names = createNames(namePrefix);
    const login = { mechanism, credentials: alice } as KafkaSasl;
    return {
      sender,
      topic: names.topicOf(subscription),
      group: names.groupOf(subscription),
      asAlice: open({ namePrefix, brokers: [hostOf(sasl?.address ?? address)], sasl: login, ...own }),
    };
  };

  const consume = (transport: TransportDriver): Promise<TransportReceiver> =>
    transport.openReceiver(subscription, { leaseMs: 30_000, unsettledMax: 100, onLost: () => undefined });

  test.each(['topic', 'group'] as const)(
    'who may not read the %s is told so, and reads once it is allowed',
    async (kind) => {
      const { sender, asAlice, ...names } = await openStage();
      expect(verdictsOf(await sender.sendBatch([messageOf('a')]))).toEqual(['confirmed']);
      const entry = denial(
        kind === 'topic' ? kafkajs.AclResourceTypes.TOPIC : kafkajs.AclResourceTypes.GROUP,
        names[kind],
      );
      await withRules(async (admin) => void (await admin.createAcls({ acl: [entry] })));
      const refused = await receiveOne(() => consume(asAlice)).catch((error: unknown) => error);
      expect(errorCodeOf(refused)).toBe('unauthorized');
      await withRules(async (admin) => void (await admin.deleteAcls({ filters: [entry] })));
      await expect.poll(() => receiveOne(() => consume(asAlice)).catch(() => undefined), { timeout: 30_000 }).toBe('a');
    },
  );

  test('who loses its right to the group under way is told so, and goes on once it has it again', async () => {
    const { sender, asAlice, group } = await openStage();
    const receiver = await consume(asAlice);
    await sender.sendBatch([messageOf('a')]);
    const errors: unknown[] = [];
    const next = async (): Promise<readonly string[]> => {
      const deliveries = await receiveSome(receiver, 1, { limitMs: 500, errors });
      await accept(receiver, deliveries);
      return deliveries.map(({ message }) => message.id);
    };
    await expect.poll(next).toEqual(['a']);
    const entry = denial(kafkajs.AclResourceTypes.GROUP, group);
    await withRules(async (admin) => void (await admin.createAcls({ acl: [entry] })));
    await expect.poll(() => next().then(() => errors.map(errorCodeOf))).toContain('unauthorized');
    await withRules(async (admin) => void (await admin.deleteAcls({ filters: [entry] })));
    await sender.sendBatch([messageOf('b')]);
    await expect.poll(next, { timeout: 30_000 }).toContain('b');
  });

  test('a way of logging in that the broker does not offer is told as such', async () => {
    const { asAlice } = await openStage({}, 'scram-sha-512');
    const refused = await asAlice.openSender(subscription).catch((error: unknown) => error);
    expect(errorCodeOf(refused)).toBe('unauthorized');
    expect(String(refused)).not.toContain(alice.password);
  });

  test('a quota slows a consumer down, and it loses nothing by it', async ({ skip }) => {
    skip(control === undefined, 'No quota can be set on this broker.');
    const clientId = `slowed-${client}`;
    const { sender, asAlice } = await openStage({ clientId, partitionBytesMax: 20_000 });
    const ids = Array.from({ length: 12 }, (_, at) => `m${at}`);
    for (const id of ids) await sender.sendBatch([messageOf(id, { body: Buffer.alloc(10_000) })]);
    const entity = ['--entity-type', 'clients', '--entity-name', clientId];
    await control?.('--alter', ...entity, '--add-config', 'consumer_byte_rate=40000');
    const startedMs = performance.now();
    const receiver = await consume(asAlice);
    const received: string[] = [];
    while (received.length < ids.length) {
      const deliveries = await receiveSome(receiver, 1);
      received.push(...deliveries.map(({ message }) => message.id));
      await accept(receiver, deliveries);
    }
    await control?.('--alter', ...entity, '--delete-config', 'consumer_byte_rate');
    expect(received).toEqual(ids);
    // 120 kB at 40 kB a second, of which the broker lets the first ones pass.
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });
});

const denial = (resourceType: kafkajs.AclResourceTypes, resourceName: string): AclEntry => ({
  resourceType,
  resourceName,
  resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
  principal: `User:${alice.username}`,
  host: '*',
  operation: kafkajs.AclOperationTypes.READ,
  permissionType: kafkajs.AclPermissionTypes.DENY,
});

type Admin = ReturnType<kafkajs.Kafka['admin']>;

const withRules = async (change: (admin: Admin) => Promise<void>): Promise<void> => {
  const kafka = new kafkajs.Kafka({ brokers: [hostOf(broker?.address ?? '')], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await change(admin);
  } finally {
    await admin.disconnect();
  }
};

/** The id of the first message, or the error of whatever fails on the way to it. */
const receiveOne = async (openReceiver: () => Promise<TransportReceiver>): Promise<string | undefined> => {
  const receiver = await openReceiver();
  const errors: unknown[] = [];
  const received: string[] = [];
  await until(async () => {
    received.push(...(await receiveSome(receiver, 1, { limitMs: 200, errors })).map(({ message }) => message.id));
    return received.length + errors.length > 0;
  });
  await receiver.close();
  const [error] = errors;
  if (error instanceof Error) throw error;
  return received[0];
};
