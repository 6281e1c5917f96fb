import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { connect, type ChannelModel } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { Broker, BrokerDemands, BrokerKind } from '../broker.ts';
import { probeTls } from '../probe/probe-tls.ts';
import { startBroker } from '../start-broker.ts';

const started: Broker[] = [];

const start = async (kind: BrokerKind, demands: BrokerDemands): Promise<Broker> => {
  const broker = await startBroker(kind, { origins: ['native'], ...demands });
  started.push(broker);
  return broker;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop()));
});

/** Resolves with the error that ends a channel which holds one message for ever. */
async function holdForEver(connection: ChannelModel): Promise<Error> {
  const channel = await connection.createChannel();
  const ended: Promise<readonly unknown[]> = once(channel, 'error');
  const { queue } = await channel.assertQueue('', { exclusive: true });
  channel.sendToQueue(queue, Buffer.from('held'));
  await channel.consume(queue, () => undefined);
  const [error] = await ended;
  return error as Error;
}

describe('RabbitMQ as a test wants it', { timeout: 120_000 }, () => {
  test('listens with TLS beside the plain port, and keeps to the settings that it was given', async () => {
    const { address, tls } = await start('rabbitmq', { tls: true, configuration: { consumer_timeout: '1000' } });
    const secured = await connect(tls?.address ?? '', { ca: tls?.ca });
    secured.on('error', () => undefined);
    expect((await holdForEver(secured)).message).toContain('Timeout value used: 1000 ms');
    await secured.close();
    await (await connect(address)).close();
    // The launcher takes it for ready only when its certificate is shown to those who trust it, and to nobody else.
    const access = { address: tls?.address ?? '', ca: tls?.ca ?? '' };
    await expect(probeTls(access)).resolves.toBeUndefined();
    await expect(probeTls({ ...access, address })).rejects.toThrow(/SSL|disconnected|closed|ECONNRESET/);

    const { port } = new URL(tls?.address ?? '');
    const stranger = connectTls({ host: 'localhost', port: Number(port) });
    const [error] = (await once(stranger, 'error')) as readonly unknown[];
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test('is refused with its log when it cannot read a setting', async () => {
    const refused = start('rabbitmq', { configuration: { no_such_setting: '1' } });
    await expect(refused).rejects.toThrow(/no_such_setting/);
  });
});

test('Redis takes settings over those of the launcher', { timeout: 60_000 }, async () => {
  const { address } = await start('redis', { configuration: { appendfsync: 'everysec', databases: '3' } });
  const redis = new Redis(address);
  expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'everysec']);
  expect(await redis.config('GET', 'databases')).toEqual(['databases', '3']);
  redis.disconnect();
});

test('PostgreSQL takes settings over those of the launcher', { timeout: 60_000 }, async () => {
  const { address } = await start('postgres', { configuration: { max_connections: '7' } });
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  expect((await client.query('show max_connections')).rows).toEqual([{ max_connections: '7' }]);
  await client.end();
});

test('PostgreSQL follows another server, and goes on by itself once it is promoted', { timeout: 60_000 }, async () => {
  const primary = await start('postgres', {});
  const standby = await start('postgres', { standbyOf: primary.address });
  const before = new pg.Client({ connectionString: primary.address });
  before.on('error', () => undefined);
  await before.connect();
  await before.query('create table orders (id int primary key)');
  await before.query('insert into orders values (1)');
  const { rows } = await before.query<{ readonly at: string }>('select pg_current_wal_lsn()::text as at');

  const after = new pg.Client({ connectionString: standby.address });
  await after.connect();
  const caughtUp = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as yes';
  while ((await after.query<{ readonly yes: boolean }>(caughtUp, [rows[0]?.at])).rows[0]?.yes !== true);
  await expect(after.query('insert into orders values (2)')).rejects.toMatchObject({ code: '25006' });
  await primary.kill9();
  await after.query('select pg_promote()');
  await after.query('insert into orders values (2)');
  expect((await after.query('select id from orders order by id')).rows).toEqual([{ id: 1 }, { id: 2 }]);
  await after.end();
});

test('TLS is refused where the launcher cannot give it', async () => {
  await expect(start('redis', { tls: true })).rejects.toThrow(BrokerNotAvailable);
});

test('users are refused where the launcher cannot give them', async () => {
  await expect(start('redis', { users: { alice: 'secret' } })).rejects.toThrow('users to kafka only');
});

test('only PostgreSQL has standbys', async () => {
  await expect(start('redis', { standbyOf: 'redis://127.0.0.1:1' })).rejects.toThrow('standbys of postgres only');
});

test('a server from the environment is not configured, and no other one is used instead', async () => {
  const environment = { WAYBILL_REDIS_URL: 'redis://127.0.0.1:1' };
  const refused = startBroker('redis', { environment, configuration: { databases: '3' } });
  await expect(refused).rejects.toThrow('WAYBILL_REDIS_URL names a server that is not ours to configure');
});
