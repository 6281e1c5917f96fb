import { SqsTransportError } from '../sqs-error.ts';
import { planInvocation } from './invocation-time.ts';
import type { LambdaContext, LambdaSqsEvent, LambdaSqsResponse } from './lambda-event.ts';
import type { LambdaTransport } from './over-events.ts';

/** Any bus of `@waybill/core`. */
export interface StartableBus {
  readonly start: () => Promise<void>;
}

export interface LambdaHandlerOptions {
  /** The one that the bus was made with. */
  readonly transport: LambdaTransport;
  /**
   * How long before its time-out the function starts nothing more. A handler that runs into it has half of it to end, and is aborted then.
   * Default: a fifth of the time-out, at most 10,000.
   */
  readonly reserveMs?: number;
}

/** A handler of Lambda, such as `SQSHandler` of `@types/aws-lambda`. */
export type LambdaHandler = (event: LambdaSqsEvent, context: LambdaContext) => Promise<LambdaSqsResponse>;

/**
 * Makes the function that works on the records of one subscription (`orders` of a command, `orders/mail` of an event): with the handler,
 * inbox, retries and dead letters that a worker would have. It answers with the records that must come again: on a FIFO queue the first
 * of a group that did not end, and all behind it, none of which was started. The event source mapping must have `ReportBatchItemFailures`,
 * or Lambda deletes them.
 *
 * The first invocation starts the bus, and the following ones of the container find it running. Throws, so that the whole batch comes again,
 * where the bus cannot start or the event is not of the subscription's queue.
 */
export function lambdaHandler(bus: StartableBus, subscription: string, options: LambdaHandlerOptions): LambdaHandler {
  const { transport, reserveMs } = options;
  return async (event, context) => {
    requireRecords(event);
    const atBeginMs = context.getRemainingTimeInMillis();
    await bus.start();
    const nowMs = context.getRemainingTimeInMillis();
    return transport.work(subscription, event, planInvocation({ atBeginMs, nowMs }, reserveMs));
  };
}

/** A test event of the console, or another source. */
function requireRecords(event: Partial<LambdaSqsEvent>): void {
  if (Array.isArray(event.Records)) return;
  throw new SqsTransportError('illegal-event', 'The function was called with what is no event of SQS.');
}
