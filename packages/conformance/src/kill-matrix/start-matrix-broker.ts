import { startBroker } from '../brokers/index.ts';
import type { MatrixBroker, MatrixTransport } from './matrix-broker.ts';
import { startMemoryMatrixBroker } from './memory-matrix-broker.ts';
import { rabbitMatrixBroker } from './rabbit-matrix-broker.ts';

/** The broker of a transport, of its own. @throws BrokerNotAvailable */
export async function startMatrixBroker(transport: MatrixTransport): Promise<MatrixBroker> {
  return transport === 'memory' ? startMemoryMatrixBroker() : rabbitMatrixBroker(await startBroker('rabbitmq'));
}
