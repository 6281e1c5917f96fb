import { Agent } from 'node:http';
import { DeleteQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { findBroker } from '@waybill/conformance/brokers';
import type { Measurement } from '../measurement.ts';

/** What every contest shares: as many messages under way on all sides, sent by so many callers and held by so many handlers. */
export const callers = 256;
export const concurrency = 64;

/** How the emulator is reached, the same for the bus and for a client of the SDK. */
export const access = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
} as const;

export interface SqsContest {
  readonly endpoint: string;
  /**
   * A client with connections of its own, for a side that is not the bus, with the settings of the bus's: one try, no second checksum, as many
   * connections as it takes. Whoever opens it destroys it.
   */
  readonly openClient: () => SQSClient;
  /** A prefix of queue names that nobody has used yet. */
  readonly freshName: () => string;
  /** Deletes the queues whose names begin so: what they keep would slow the emulator down for the next. */
  readonly deleteQueues: (prefix: string) => Promise<void>;
}

/**
 * Runs a contest on an emulator of its own and ends that. It is fauxqs, in memory and in another process, so that its work is not counted with
 * the client's. Without one it prints why, and measures nothing.
 */
export async function onSqs(
  subject: string,
  contest: (setting: SqsContest) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const emulator = await findBroker('fauxqs', subject);
  if (emulator === undefined) return [];
  const openClient = (): SQSClient => createClient(emulator.address);
  let names = 0;
  const freshName = (): string => {
    names += 1;
    return `${subject}-${process.pid}-${names}-`;
  };
  try {
    console.log(`  on ${emulator.product} ${emulator.version}, ${emulator.startedBy}`);
    const deleteQueues = (prefix: string): Promise<void> => deleteAll(openClient, prefix);
    return await contest({ endpoint: emulator.address, openClient, freshName, deleteQueues });
  } finally {
    await emulator.stop();
  }
}

function createClient(endpoint: string): SQSClient {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: Infinity });
  return new SQSClient({ ...access, endpoint, maxAttempts: 1, md5: false, requestHandler: { httpAgent } });
}

async function deleteAll(openClient: () => SQSClient, prefix: string): Promise<void> {
  const client = openClient();
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  for (const QueueUrl of QueueUrls) await client.send(new DeleteQueueCommand({ QueueUrl }));
  client.destroy();
}
