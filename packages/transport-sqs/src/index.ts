export type { SqsCredentials, SqsEncryption, SqsTransportOptions } from './options.ts';
export { SqsTransportError } from './sqs-error.ts';
export type { SqsErrorReason } from './sqs-error.ts';
