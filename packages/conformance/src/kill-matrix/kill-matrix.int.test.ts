import { afterAll, expect, test } from 'vitest';
import { findBroker, startBroker } from '../brokers/index.ts';
import type { Broker } from '../brokers/index.ts';
import { boundaries } from './boundary.ts';
import { faults } from './fault.ts';
import { problemsOf } from './judge-matrix.ts';
import { kafkaMatrixBroker } from './kafka-matrix-broker.ts';
import type { MatrixBroker } from './matrix-broker.ts';
import { startMemoryMatrixBroker } from './memory-matrix-broker.ts';
import { rabbitMatrixBroker } from './rabbit-matrix-broker.ts';
import { runKillMatrix } from './run-kill-matrix.ts';
import { mortalSqs, sqsMatrixBroker } from './sqs-matrix-broker.ts';
import type { Cell } from './strike.ts';

const subject = 'no order lost, charged twice or out of order, wherever a process of a shop is struck';
const [database, rabbit, elasticmq, kafka] = await Promise.all([
  findBroker('postgres', subject),
  findBroker('rabbitmq', subject),
  findBroker('elasticmq', subject),
  findBroker('kafka', subject),
]);
afterAll(() => Promise.all([database, rabbit, elasticmq, kafka].map(async (server) => server?.stop())));

const orders = 24 * 24;

/** Every boundary once, each with another fault than on the other transport. The whole matrix is run by the command. */
const reduced = (shift: number): readonly Cell[] =>
  boundaries.flatMap((boundary, at) =>
    faults
      .slice((at + shift) % 4)
      .slice(0, 1)
      .map((fault) => ({ boundary, fault })),
  );

async function expectFlawless(
  server: Broker,
  broker: MatrixBroker,
  cells: readonly Cell[],
  kills: { readonly database: number; readonly broker: number },
): Promise<void> {
  const report = await runKillMatrix({
    database: server,
    broker,
    cells,
    orders,
    lanes: 3,
    databaseCrashes: { kills: server.startedBy === 'environment' ? 0 : kills.database, everyMs: 2000 },
    brokerCrashes: { kills: kills.broker, everyMs: 2000 },
  });
  expect(problemsOf(report)).toEqual([]);
  expect(report.orders).toBeGreaterThanOrEqual(orders);
}

test.skipIf(database === undefined)(
  'on memory, with kills of the database, no order is lost, charged twice or out of order',
  { timeout: 480_000 },
  async () => {
    if (database === undefined) return;
    const broker = await startMemoryMatrixBroker();
    try {
      await expectFlawless(database, broker, reduced(0), { database: 2, broker: 0 });
    } finally {
      await broker.stop();
    }
  },
);

test.skipIf(database === undefined || rabbit === undefined)(
  'on RabbitMQ no order is lost, charged twice or out of order',
  { timeout: 480_000 },
  async () => {
    if (database === undefined || rabbit === undefined) return;
    await expectFlawless(database, rabbitMatrixBroker(rabbit), reduced(2), { database: 0, broker: 0 });
  },
);

test.skipIf(database === undefined || elasticmq === undefined)(
  'on FIFO queues, with kills of the broker, no order is lost, charged twice or out of order',
  { timeout: 480_000 },
  async () => {
    if (database === undefined || elasticmq === undefined) return;
    const mortal = await startBroker('fauxqs', mortalSqs);
    try {
      await expectFlawless(database, sqsMatrixBroker(elasticmq, mortal), reduced(1), { database: 0, broker: 2 });
    } finally {
      await mortal.stop();
    }
  },
);

test.skipIf(database === undefined || kafka === undefined)(
  'on Kafka, with kills of the broker, no order is lost, charged twice or out of order',
  { timeout: 480_000 },
  async () => {
    if (database === undefined || kafka === undefined) return;
    const broker = kafkaMatrixBroker(kafka);
    await expectFlawless(database, broker, reduced(3), { database: 0, broker: broker.mortal === undefined ? 0 : 2 });
  },
);
