import { expect, test } from 'vitest';
import { dockerImages } from './docker-images.ts';

const demands = (configuration: Readonly<Record<string, string>>) =>
  ({ configuration, tls: false, users: {}, version: 'any', standbyOf: undefined }) as const;

test('settings of RabbitMQ are a file that its image reads beside its own', async () => {
  const configured = await dockerImages.rabbitmq?.configure(demands({ consumer_timeout: '5000' }), 5672);
  expect(configured?.files).toMatchObject({
    '/etc/rabbitmq/conf.d/90-waybill.conf': 'consumer_timeout = 5000\n',
    '/etc/rabbitmq/advanced.config': expect.stringContaining('channel_tick_interval') as string,
  });
});

test('settings of Redis win over those that make it durable', async () => {
  const configured = await dockerImages.redis?.configure(demands({ appendfsync: 'no', maxmemory: '1mb' }), 6379);
  const expected = 'redis-server --appendonly yes --appendfsync no --maxmemory 1mb';
  expect(configured?.arguments).toEqual(expected.split(' '));
});

test('settings of PostgreSQL are arguments of its server', async () => {
  const configured = await dockerImages.postgres?.configure(demands({ max_connections: '7' }), 5432);
  expect(configured?.arguments).toEqual(['-c', 'max_connections=7']);
});

test('settings of Kafka are variables that its image reads, and clients are told the port of the host', async () => {
  const configured = await dockerImages.kafka?.configure(demands({ 'message.max.bytes': '1000' }), 20_123);
  expect(configured?.environment).toMatchObject({
    KAFKA_MESSAGE_MAX_BYTES: '1000',
    KAFKA_ADVERTISED_LISTENERS: 'BROKER://localhost:19092,CLIENT://localhost:20123',
  });
});
