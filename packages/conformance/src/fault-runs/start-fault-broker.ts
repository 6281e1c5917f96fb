import { startKafkaCluster } from '../brokers/index.ts';
import type { BrokerSite, MatrixBroker, MatrixTransport } from '../kill-matrix/matrix-broker.ts';
import { startMatrixBroker } from '../kill-matrix/start-matrix-broker.ts';
import type { FaultBroker, FaultSite, MortalNode } from './fault-site.ts';
import { kafkaClusterBroker } from './kafka-cluster-broker.ts';

/** The broker of a transport, of its own; of Kafka a cluster of three. @throws BrokerNotAvailable */
export async function startFaultBroker(transport: MatrixTransport): Promise<FaultBroker> {
  if (transport === 'kafka') return kafkaClusterBroker(await startKafkaCluster(), kafkaClient());
  return matrixFaultBroker(transport, await startMatrixBroker(transport));
}

const kafkaClient = (): 'kafkajs' | 'platformatic' =>
  process.env['WAYBILL_KAFKA_CLIENT'] === 'platformatic' ? 'platformatic' : 'kafkajs';

/** The broker of the kill matrix; it dies where that has one to kill. */
function matrixFaultBroker(name: string, broker: MatrixBroker): FaultBroker {
  const { mortal, stop } = broker;
  return {
    name,
    siteOf: (scenario) => {
      if (scenario === 'leader-loss') return undefined;
      if (scenario === 'broker-restart') return mortal && siteAt(mortal, [mortal.server]);
      return siteAt(broker, []);
    },
    stop,
  };
}

const siteAt = ({ driverAt, target, leaseMs }: BrokerSite, nodes: readonly MortalNode[]): FaultSite => ({
  driver: driverAt(target),
  leaseMs,
  nodes,
});
