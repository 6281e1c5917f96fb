export type { RabbitCredentials, RabbitTransportOptions } from './options.ts';
export { partitionOf } from './partition-of.ts';
export { RabbitTransportError } from './rabbit-error.ts';
export type { RabbitErrorReason } from './rabbit-error.ts';
export { rabbitTransport } from './rabbit-transport.ts';
export type { RabbitClock } from './time/system-clock.ts';
export { transportFromConfig } from './transport-from-config.ts';
