import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import type { Broker, BrokerKind } from '../broker.ts';
import { startBroker } from '../start-broker.ts';

const started: Broker[] = [];

const start = async (kind: BrokerKind): Promise<Broker> => {
  const broker = await startBroker(kind, { origins: ['native'] });
  started.push(broker);
  return broker;
};

const crash = async (broker: Broker): Promise<void> => {
  await broker.kill9();
  await broker.restart();
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop()));
});

test('RabbitMQ keeps confirmed persistent messages over kill -9 and a restart', { timeout: 120_000 }, async () => {
  const broker = await start('rabbitmq');
  const before = await connect(broker.address);
  before.on('error', () => undefined);
  const channel = await before.createConfirmChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue('orders', { durable: true });
  for (const body of ['1', '2', '3']) channel.sendToQueue('orders', Buffer.from(body), { persistent: true });
  await channel.waitForConfirms();

  await crash(broker);

  const after = await connect(broker.address);
  const reader = await after.createChannel();
  const bodies: string[] = [];
  for (let got = await reader.get('orders'); got !== false; got = await reader.get('orders')) {
    bodies.push(got.content.toString());
  }
  await after.close();
  expect(bodies).toEqual(['1', '2', '3']);
});

test('RabbitMQ answers the management API with the address it was given', { timeout: 120_000 }, async () => {
  const broker = await start('rabbitmq');
  const admin = new URL(broker.adminAddress ?? '');
  const authorization = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`;
  const overview = await fetch(`${admin.origin}/api/overview`, { headers: { authorization } });
  expect(await overview.json()).toMatchObject({ rabbitmq_version: broker.version });
});

test('Redis keeps what it answered over kill -9 and a restart', { timeout: 60_000 }, async () => {
  const broker = await start('redis');
  const before = new Redis(broker.address, { retryStrategy: () => null });
  before.on('error', () => undefined);
  await before.set('paid', 'once');

  await crash(broker);

  const after = new Redis(broker.address);
  expect(await after.get('paid')).toBe('once');
  after.disconnect();
  before.disconnect();
});

test('PostgreSQL keeps what it committed over kill -9 and a restart', { timeout: 60_000 }, async () => {
  const broker = await start('postgres');
  const before = new pg.Client({ connectionString: broker.address });
  before.on('error', () => undefined);
  await before.connect();
  await before.query('create table orders (id int primary key)');
  await before.query('insert into orders values (1), (2)');

  await crash(broker);

  const after = new pg.Client({ connectionString: broker.address });
  await after.connect();
  const { rows } = await after.query('select id from orders order by id');
  await after.end();
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a paused PostgreSQL stops answering on sessions that are open already', { timeout: 60_000 }, async () => {
  const broker = await start('postgres');
  const client = new pg.Client({ connectionString: broker.address });
  await client.connect();
  await broker.pause();
  let isAnswered = false;
  const answer = client.query('select 1').then(() => (isAnswered = true));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(isAnswered).toBe(false);
  await broker.resume();
  expect(await answer).toBe(true);
  await client.end();
});
