import { readOptions } from '../options.ts';
import type { SqsTransportOptions } from '../options.ts';
import { sqsTransport } from '../sqs-transport.ts';
import { overEvents } from './over-events.ts';
import type { LambdaTransport } from './over-events.ts';

/**
 * The SQS transport of one bus in a Lambda function: it sends as the other does, and receives the events of the function.
 * @throws SqsTransportError `illegal-options`, naming every problem with its path
 */
export function lambdaTransport(options: SqsTransportOptions): LambdaTransport {
  return overEvents(sqsTransport(options), readOptions(options));
}
