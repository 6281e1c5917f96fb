import type { Broker } from '../brokers/index.ts';
import { addressAt } from './address-at.ts';
import type { BrokerExchanges } from './exchange.ts';
import type { MatrixBroker } from './matrix-broker.ts';

/** A RabbitMQ, which is ended with it. It gives a silent client up after two to three seconds, which is what a frozen one has of a lease. */
export function rabbitMatrixBroker(broker: Broker): MatrixBroker {
  const { hostname, port } = new URL(broker.address);
  return {
    protocol: 'amqp',
    exchanges,
    leaseMs: 1000,
    target: { host: hostname, port: Number(port) },
    driverAt: (target) => ({
      module: new URL('../../../transport-rabbit/src/conformance/open-driver.ts', import.meta.url).href,
      settings: { address: addressAt(broker.address, target), heartbeatSeconds: '1' },
    }),
    stop: broker.stop,
  };
}

const exchanges: BrokerExchanges = {
  publish: { isRequest: ({ kind }) => kind === 'amqp.publish', isReply: ({ kind }) => kind === 'amqp.confirm' },
  settle: { isRequest: ({ kind }) => kind === 'amqp.ack', isReply: 'none' },
};
