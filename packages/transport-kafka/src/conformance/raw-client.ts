import kafkajs from 'kafkajs';
import type { Admin, Kafka, Producer } from 'kafkajs';

/** The plain library on connections of its own, past the driver under test. */
export interface RawClient {
  readonly kafka: Kafka;
  /** On connections that are thrown away: kafkajs asks for every topic that it has ever been told, and fails once one is deleted. */
  readonly administer: <Result>(work: (admin: Admin) => Promise<Result>) => Promise<Result>;
  readonly produce: <Result>(work: (producer: Producer) => Promise<Result>) => Promise<Result>;
}

export function createRawClient(address: string): RawClient {
  const kafka = new kafkajs.Kafka({
    brokers: [new URL(address).host],
    clientId: 'suite-raw',
    logLevel: kafkajs.logLevel.NOTHING,
  });
  return {
    kafka,
    administer: (work) => using(kafka.admin(), work),
    produce: (work) => using(kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner }), work),
  };
}

interface Connection {
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
}

async function using<Client extends Connection, Result>(
  client: Client,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}
