import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import amqp, { type ConfirmChannel } from 'amqplib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBroker, type Broker, type BrokerKind } from '../brokers/index.ts';
import type { ToxicHandle } from './active-toxic.ts';
import type { Protocol } from './frames/frame.ts';
import { startProxy, type Proxy } from './start-proxy.ts';
import type { Toxic } from './toxic.ts';

const tries = 50;
const minutes = 60_000;

/** A server with a proxy in front of it. */
interface Subject {
  readonly broker: Broker;
  readonly proxy: Proxy;
  /** The server's address by way of the proxy. */
  readonly proxied: string;
}

const openSubject = async (kind: BrokerKind, protocol: Protocol): Promise<Subject | undefined> => {
  const broker = await findBroker(kind, `the proxy before ${kind}`);
  if (broker === undefined) return undefined;
  const url = new URL(broker.address);
  const proxy = await startProxy({ target: { host: url.hostname, port: Number(url.port) }, protocol });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return { broker, proxy, proxied: url.href };
};

const closeSubject = async (subject: Subject | undefined): Promise<void> => {
  await subject?.proxy.close();
  await subject?.broker.stop();
};

/** How often a client was told of an error, and how often the server did the work all the same. */
interface Outcome {
  readonly failed: number;
  readonly done: number;
  readonly hits: number;
}

const always: Outcome = { failed: tries, done: tries, hits: tries };
const never: Outcome = { failed: tries, done: 0, hits: tries };

/** Makes the attempts one after the other, each on a connection of its own, and counts those that failed. */
const countFailures = async (attempt: (index: number) => Promise<void>): Promise<number> => {
  let failed = 0;
  for (let index = 0; index < tries; index += 1) {
    await attempt(index).catch(() => {
      failed += 1;
    });
  }
  return failed;
};

/** Reads until nothing changes any more: a server may still work on what it got before its client vanished. */
const settled = async (read: () => Promise<number>): Promise<number> => {
  let last = await read();
  for (let before = Number.NaN; before !== last;) {
    await delay(250);
    before = last;
    last = await read();
  }
  return last;
};

describe('the proxy before a real RabbitMQ', () => {
  let subject: Subject | undefined;
  beforeAll(async () => {
    subject = await openSubject('rabbitmq', 'amqp');
  }, 3 * minutes);
  afterAll(() => closeSubject(subject), minutes);

  /** Publishes one message on a new connection and waits for its confirm. */
  const publish = async (address: string, queue: string): Promise<void> => {
    const connection = await amqp.connect(address);
    connection.on('error', () => undefined);
    const broken = once(connection, 'close').then(() => Promise.reject(new Error('The connection broke.')));
    const confirmed = connection.createConfirmChannel().then(async (channel: ConfirmChannel) => {
      channel.on('error', () => undefined);
      channel.sendToQueue(queue, Buffer.alloc(300, 1), { persistent: true });
      await channel.waitForConfirms();
    });
    await Promise.race([confirmed, broken]);
    broken.catch(() => undefined);
    await connection.close();
  };

  const outcomeOf = async ({ broker, proxy, proxied }: Subject, toxic: Toxic): Promise<Outcome> => {
    const admin = await amqp.connect(broker.address);
    const channel = await admin.createChannel();
    const { queue } = await channel.assertQueue('', { durable: false, exclusive: false, autoDelete: false });
    const handle: ToxicHandle = proxy.addToxic(toxic);
    const failed = await countFailures(() => publish(proxied, queue));
    handle.remove();
    // Control: the same publish succeeds without the toxic.
    await publish(proxied, queue);
    const messages = await settled(async () => (await channel.checkQueue(queue)).messageCount);
    await channel.deleteQueue(queue);
    await admin.close();
    return { failed, done: messages - 1, hits: handle.hits };
  };

  it.each<readonly [string, Toxic, Outcome]>([
    ['a confirm that is cut: 50 errors and 50 messages', { kind: 'cut', at: 'amqp.confirm', deliver: false }, always],
    ['a publish that is cut: 50 errors and no message', { kind: 'cut', at: 'amqp.publish', deliver: false }, never],
    ['a publish whose body is cut off: no message', { kind: 'cut', at: 'amqp.publish', deliver: true }, never],
    ['a cut behind a whole publish: 50 messages', { kind: 'cut', at: 'amqp.publishEnd', deliver: true }, always],
  ])(
    '%s',
    async (_, toxic, expected) => {
      if (subject === undefined) return;
      await expect(outcomeOf(subject, toxic)).resolves.toEqual(expected);
    },
    minutes,
  );
});

describe('the proxy before a real PostgreSQL', () => {
  let subject: Subject | undefined;
  beforeAll(async () => {
    subject = await openSubject('postgres', 'postgres');
  }, 3 * minutes);
  afterAll(() => closeSubject(subject), minutes);

  const insert = async (address: string, id: number, commit: string | pg.QueryConfig): Promise<void> => {
    const client = new pg.Client({ connectionString: address, ssl: false });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO tried (id) VALUES ($1)', [id]);
      await client.query(commit);
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const outcomeOf = async (
    { broker, proxy, proxied }: Subject,
    toxic: Toxic,
    commit: string | pg.QueryConfig,
  ): Promise<Outcome> => {
    const admin = new pg.Client({ connectionString: broker.address });
    await admin.connect();
    await admin.query('DROP TABLE IF EXISTS tried');
    await admin.query('CREATE TABLE tried (id integer PRIMARY KEY)');
    const handle = proxy.addToxic(toxic);
    const failed = await countFailures((index) => insert(proxied, index, commit));
    handle.remove();
    await insert(proxied, tries, commit);
    const rows = await settled(async () => (await admin.query('SELECT id FROM tried')).rowCount ?? 0);
    await admin.end();
    return { failed, done: rows - 1, hits: handle.hits };
  };

  const prepared: pg.QueryConfig = { name: 'finish', text: 'COMMIT' };

  it.each<readonly [string, Toxic, string | pg.QueryConfig, Outcome]>([
    [
      'a COMMIT whose reply is cut: 50 rows',
      { kind: 'cut', at: 'postgres.committed', deliver: false },
      'COMMIT',
      always,
    ],
    ['a COMMIT that is cut: no row', { kind: 'cut', at: 'postgres.commit', deliver: false }, 'COMMIT', never],
    [
      'a prepared COMMIT whose reply is cut: 50 rows',
      { kind: 'cut', at: 'postgres.committed', deliver: false },
      prepared,
      always,
    ],
    ['a prepared COMMIT that is cut: no row', { kind: 'cut', at: 'postgres.commit', deliver: false }, prepared, never],
    ['a cut behind a COMMIT: 50 rows', { kind: 'cut', at: 'postgres.commit', deliver: true }, 'COMMIT', always],
  ])(
    '%s',
    async (_, toxic, commit, expected) => {
      if (subject === undefined) return;
      await expect(outcomeOf(subject, toxic, commit)).resolves.toEqual(expected);
    },
    minutes,
  );
});
