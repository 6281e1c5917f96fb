import type { Broker, StartBrokerOptions } from '../brokers/index.ts';
import { addressAt } from './address-at.ts';
import type { BrokerExchanges, Exchange } from './exchange.ts';
import type { BrokerSite, MatrixBroker } from './matrix-broker.ts';

/** What the one that dies is asked for: data on disk, and nobody else's, whom one does not kill. */
export const mortalSqs = { origins: ['native'], configuration: { dataDir: 'data' } } satisfies StartBrokerOptions;

/**
 * FIFO queues on ElasticMQ, which of the servers that stand in for SQS keeps the rules of FIFO best: it hands out several messages of a key
 * at once and repeats a lost receive. It forgets everything when it dies, or else the order. So the deaths are those of a fauxqs with its data
 * on disk: that one keeps messages and order, and forgets the identities that it has seen, which SQS does not. Both are ended with it.
 */
export function sqsMatrixBroker(elasticmq: Broker, mortal: Broker): MatrixBroker {
  return {
    ...siteOf(elasticmq),
    mortal: { ...siteOf(mortal), server: mortal },
    stop: async () => {
      await Promise.all([elasticmq.stop(), mortal.stop()]);
    },
  };
}

function siteOf({ address }: Broker): BrokerSite {
  const { hostname, port } = new URL(address);
  return {
    protocol: 'http',
    exchanges,
    leaseMs: 4000,
    target: { host: hostname, port: Number(port) },
    driverAt: (target) => ({
      module: new URL('../../../transport-sqs/src/conformance/open-driver.ts', import.meta.url).href,
      settings: { column: 'sqs-fifo', address: addressAt(address, target), requestTimeoutMs: '4000' },
    }),
  };
}

/** A call of SQS by its name, which its head tells. A connection has one call at a time. */
const callOf = (action: string): Exchange => ({
  isRequest: ({ kind, bytes }) => kind === 'http.request' && bytes.includes(`AmazonSQS.${action}`),
  isReply: ({ kind }) => kind === 'http.response',
});

const exchanges: BrokerExchanges = { publish: callOf('SendMessageBatch'), settle: callOf('DeleteMessageBatch') };
