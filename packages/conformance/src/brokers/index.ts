export { brokerKinds, brokerOrigins } from './broker.ts';
export type {
  Broker,
  BrokerDemands,
  BrokerKind,
  BrokerOrigin,
  RabbitmqVersion,
  SaslAccess,
  StartBrokerOptions,
  TlsAccess,
} from './broker.ts';
export { BrokerNotAvailable } from './broker-not-available.ts';
export { findBroker } from './find-broker.ts';
export { findKafkaClasspath } from './kafka-classpath.ts';
export { startBroker } from './start-broker.ts';
export { findKafkaCluster, startKafkaCluster } from './start-kafka-cluster.ts';
export type { KafkaCluster, KafkaClusterOptions } from './start-kafka-cluster.ts';
