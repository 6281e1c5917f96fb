import { createRequire } from 'node:module';

interface BrokerError {
  readonly type: string;
  readonly code: number;
}

const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  readonly errorCodes: readonly BrokerError[];
};

/** The list that kafkajs reads answers by: it has no type declarations, and no other place. */
export const brokerErrorsOfKafkajs: readonly BrokerError[] = errorCodes;
