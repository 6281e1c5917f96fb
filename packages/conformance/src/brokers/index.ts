export { brokerKinds, brokerOrigins } from './broker.ts';
export type {
  Broker,
  BrokerDemands,
  BrokerKind,
  BrokerOrigin,
  RabbitmqVersion,
  StartBrokerOptions,
  TlsAccess,
} from './broker.ts';
export { BrokerNotAvailable } from './broker-not-available.ts';
export { findBroker } from './find-broker.ts';
export { startBroker } from './start-broker.ts';
