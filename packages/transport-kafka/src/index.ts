export { KafkaTransportError } from './kafka-error.ts';
export type { KafkaErrorReason } from './kafka-error.ts';
export { kafkaTransport } from './kafka-transport.ts';
export type {
  KafkaClientLog,
  KafkaCompression,
  KafkaCredentials,
  KafkaGroupProtocol,
  KafkaSasl,
  KafkaTransportOptions,
  StartFrom,
} from './options.ts';
export type { KafkaClock } from './time/system-clock.ts';
export { inspectPartitions } from './topology/inspect-partitions.ts';
export type { PartitionLag } from './topology/inspect-partitions.ts';
export { raisePartitions } from './topology/raise-partitions.ts';
export type { RaisePartitionsRequest } from './topology/raise-partitions.ts';
export { resetOffsets } from './topology/reset-offsets.ts';
export { transportFromConfig } from './transport-from-config.ts';
