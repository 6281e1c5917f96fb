import { startBroker } from '../brokers/index.ts';
import { kafkaMatrixBroker } from './kafka-matrix-broker.ts';
import type { MatrixBroker, MatrixTransport } from './matrix-broker.ts';
import { startMemoryMatrixBroker } from './memory-matrix-broker.ts';
import { rabbitMatrixBroker } from './rabbit-matrix-broker.ts';
import { mortalSqs, sqsMatrixBroker } from './sqs-matrix-broker.ts';

/** The broker of a transport, of its own. @throws BrokerNotAvailable */
export async function startMatrixBroker(transport: MatrixTransport): Promise<MatrixBroker> {
  return starts[transport]();
}

const starts: Readonly<Record<MatrixTransport, () => Promise<MatrixBroker>>> = {
  memory: startMemoryMatrixBroker,
  rabbit: async () => rabbitMatrixBroker(await startBroker('rabbitmq')),
  sqs: async () => sqsMatrixBroker(await startBroker('elasticmq'), await startBroker('fauxqs', mortalSqs)),
  kafka: async () => kafkaMatrixBroker(await startBroker('kafka')),
};
