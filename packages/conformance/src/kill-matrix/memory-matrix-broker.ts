import type { TransportDriver } from '@waybill/core/driver';
import type { BrokerExchanges } from './exchange.ts';
import type { MatrixBroker } from './matrix-broker.ts';
import { startMemoryBrokerHost } from './memory-broker-host.ts';

interface MemoryTransportModule<Broker> {
  readonly createMemoryBroker: () => Broker;
  readonly memoryTransport: (options: { readonly broker: Broker }) => TransportDriver;
}

/** A memory broker in this process, which shops in other processes reach over loopback. */
export async function startMemoryMatrixBroker(): Promise<MatrixBroker> {
  // The suite knows no transport by its package: it is given one, or finds it in the repository.
  const { createMemoryBroker, memoryTransport } = (await import(
    new URL('../../../transport-memory/src/index.ts', import.meta.url).href
  )) as MemoryTransportModule<unknown>;
  const broker = createMemoryBroker();
  const host = await startMemoryBrokerHost({ connect: async () => memoryTransport({ broker }) });
  return {
    protocol: 'memory',
    exchanges,
    leaseMs: 1000,
    target: { host: '127.0.0.1', port: host.port },
    driverAt: ({ port }) => ({
      module: new URL('open-remote-memory.ts', import.meta.url).href,
      settings: { port: String(port) },
    }),
    stop: host.close,
  };
}

const exchanges: BrokerExchanges = {
  publish: { isRequest: ({ kind }) => kind === 'memory.send', isReply: ({ kind }) => kind === 'memory.sent' },
  // The first frame behind the request is as good as its answer.
  settle: { isRequest: ({ kind }) => kind === 'memory.settle', isReply: 'none' },
};
