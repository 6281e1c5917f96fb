import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Broker, BrokerKind } from '../broker.ts';
import { startBroker } from '../start-broker.ts';

const start = (kind: BrokerKind): Promise<Broker> => startBroker(kind, { origins: ['native'] });

const crash = async (broker: Broker): Promise<void> => {
  await broker.kill9();
  await broker.restart();
};

describe('a native RabbitMQ', { timeout: 120_000 }, () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await start('rabbitmq');
  }, 120_000);

  afterAll(() => broker.stop());

  test('answers the management API with the address it was given', async () => {
    const admin = new URL(broker.adminAddress ?? '');
    const authorization = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`;
    const overview = await fetch(`${admin.origin}/api/overview`, { headers: { authorization } });
    expect(await overview.json()).toMatchObject({ rabbitmq_version: broker.version });
  });

  test('keeps confirmed persistent messages over kill -9 and a restart', async () => {
    const before = await connect(broker.address);
    before.on('error', () => undefined);
    const channel = await before.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('orders', { durable: true });
    for (const body of ['1', '2', '3']) channel.sendToQueue('orders', Buffer.from(body), { persistent: true });
    await channel.waitForConfirms();
    // A queue that is younger than a second or two is not yet on disk itself, and goes with all that was confirmed to it.
    await sleep(2500);

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
});

test('a native Redis keeps what it answered over kill -9 and a restart', { timeout: 60_000 }, async () => {
  const broker = await start('redis');
  onTestFinished(broker.stop);
  const before = new Redis(broker.address, { retryStrategy: () => null });
  before.on('error', () => undefined);
  await before.set('paid', 'once');

  await crash(broker);

  const after = new Redis(broker.address);
  expect(await after.get('paid')).toBe('once');
  after.disconnect();
  before.disconnect();
});

describe('a native PostgreSQL', { timeout: 60_000 }, () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await start('postgres');
  }, 60_000);

  afterAll(() => broker.stop());

  test('stops answering on sessions that are open already while it is paused', async () => {
    const client = new pg.Client({ connectionString: broker.address });
    await client.connect();
    await broker.pause();
    let isAnswered = false;
    const answer = client.query('select 1').then(() => (isAnswered = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnswered).toBe(false);
    await broker.resume();
    expect(await answer).toBe(true);
    await client.end();
  });

  test('keeps what it committed over kill -9 and a restart', async () => {
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
});

describe('a native fauxqs that is given a folder for its data', { timeout: 60_000 }, () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await startBroker('fauxqs', { origins: ['native'], configuration: { dataDir: 'data' } });
  }, 60_000);

  afterAll(() => broker.stop());

  const call = async (action: string, body: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
    const answer = await fetch(broker.address, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };

  test('hands out in order after kill -9 what it had confirmed, released messages among them', async () => {
    const { QueueUrl } = await call('CreateQueue', { QueueName: 'orders.fifo', Attributes: { FifoQueue: 'true' } });
    for (const MessageBody of ['first', 'second', 'third']) {
      await call('SendMessage', { QueueUrl, MessageBody, MessageGroupId: 'key', MessageDeduplicationId: MessageBody });
    }
    const receive = async (): Promise<Letter | undefined> =>
      (await call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 60 })).Messages?.[0];
    const first = await receive();
    await call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 });
    await crash(broker);
    const bodies: unknown[] = [];
    for (let letter = await receive(); letter !== undefined; letter = await receive()) {
      bodies.push(letter.Body);
      await call('DeleteMessage', { QueueUrl, ReceiptHandle: letter.ReceiptHandle });
    }
    expect(bodies).toEqual(['first', 'second', 'third']);
  });
});

/** Of SQS, as far as it is looked at. */
interface Answer {
  readonly QueueUrl?: string;
  readonly Messages?: readonly Letter[];
}

interface Letter {
  readonly Body: string;
  readonly ReceiptHandle: string;
}
