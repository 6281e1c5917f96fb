import type { Broker } from '../brokers/index.ts';
import { addressAt } from './address-at.ts';
import type { BrokerExchanges } from './exchange.ts';
import type { BrokerSite, MatrixBroker } from './matrix-broker.ts';

/**
 * A Kafka, which is ended with it. Its coordinator gives up a shop whose heartbeats stay out for the session that the driver asks for, which is
 * what a frozen one has of a lease. It keeps over its own death what it has confirmed.
 */
export function kafkaMatrixBroker(broker: Broker): MatrixBroker {
  const site = siteOf(broker);
  return {
    ...site,
    ...(broker.startedBy === 'environment' ? {} : { mortal: { ...site, server: broker } }),
    stop: broker.stop,
  };
}

function siteOf({ address }: Broker): BrokerSite {
  const { hostname, port } = new URL(address);
  return {
    protocol: 'kafka',
    exchanges,
    leaseMs: 6000,
    target: { host: hostname, port: Number(port) },
    driverAt: (target) => ({
      module: new URL('../../../transport-kafka/src/conformance/open-driver.ts', import.meta.url).href,
      settings: { address: addressAt(address, target) },
    }),
  };
}

const exchanges: BrokerExchanges = {
  publish: {
    isRequest: ({ kind }) => kind === 'kafka.produceRequest',
    isReply: ({ kind }) => kind === 'kafka.produceResponse',
  },
  settle: {
    isRequest: ({ kind }) => kind === 'kafka.offsetCommitRequest',
    isReply: ({ kind }) => kind === 'kafka.offsetCommitResponse',
  },
};
