export type { SqsCredentials, SqsEncryption, SqsTransportOptions } from './options.ts';
export { SqsTransportError } from './sqs-error.ts';
export type { SqsErrorReason } from './sqs-error.ts';
export { sqsTransport } from './sqs-transport.ts';
export type { SqsClock } from './time/system-clock.ts';
export { transportFromConfig } from './transport-from-config.ts';
