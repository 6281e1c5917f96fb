import type { Clock, Delivery, TransportReceiver } from '@waybill/core/driver';
import type { LambdaContext, LambdaSqsEvent } from '../../lambda/lambda-event.ts';
import { eventOf } from './event-of.ts';
import type { EventSettings } from './event-of.ts';
import { heedResponse } from './heed-response.ts';

export interface EventSourceOptions extends EventSettings {
  readonly clock: Clock;
  readonly receiver: TransportReceiver;
  /** A function, of this transport or of anybody. */
  readonly invoke: (event: LambdaSqsEvent, context: LambdaContext) => Promise<unknown>;
  readonly functionTimeoutMs: number;
  /** Invocations at once. Default 1. */
  readonly concurrency?: number;
  readonly isThrottled?: () => boolean;
  /** Receives after which SQS moves a message away. Default: never. */
  readonly receivesMax?: number;
}

export interface EventSource {
  /** Message ids that SQS has moved to its own dead-letter queue. */
  readonly moved: readonly string[];
  /** Invocations that did not answer before their time-out. */
  readonly timeouts: () => number;
  readonly stop: () => Promise<void>;
}

/** Polls a queue and invokes a function with batches of ten, as an event source mapping with `ReportBatchItemFailures` does. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { clock, receiver, invoke, functionTimeoutMs, concurrency = 1, receivesMax = Infinity } = options;
  const stopping = new AbortController();
  const moved: string[] = [];
  let timeouts = 0;

  /** What the function answered, `undefined` when it threw or was killed. */
  const answerTo = async (event: LambdaSqsEvent): Promise<{ readonly response: unknown } | undefined> => {
    const endsAtMs = clock.monotonic() + functionTimeoutMs;
    const context = { getRemainingTimeInMillis: () => Math.max(0, endsAtMs - clock.monotonic()) };
    const ended = new AbortController();
    const killed = clock.sleep(functionTimeoutMs, ended.signal).then(() => {
      if (!ended.signal.aborted) timeouts += 1;
      return undefined;
    });
    const answered = invoke(event, context).then(
      (response) => ({ response }),
      () => undefined,
    );
    return Promise.race([answered, killed]).finally(() => ended.abort());
  };

  const accept = async (deliveries: readonly Delivery[]): Promise<void> => {
    await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
  };

  /** SQS moves a message at the receive that is one too many. */
  const withoutMoved = async (deliveries: readonly Delivery[]): Promise<readonly Delivery[]> => {
    const tooMany = deliveries.filter(({ attempt }) => attempt > receivesMax);
    moved.push(...tooMany.map(({ message }) => message.id));
    await accept(tooMany);
    return deliveries.filter(({ attempt }) => attempt <= receivesMax);
  };

  const work = async (received: readonly Delivery[]): Promise<void> => {
    const deliveries = await withoutMoved(received);
    if (deliveries.length === 0 || options.isThrottled?.() === true) return;
    const event = eventOf(deliveries, options);
    const answer = await answerTo(event);
    if (answer === undefined) return;
    const ids = event.Records.map(({ messageId }) => messageId);
    const deleted = heedResponse(answer.response, ids);
    await accept(deliveries.filter((_, index) => deleted.has(ids[index] ?? '')));
  };

  const busy = new Set<Promise<void>>();
  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const deliveries = await receiver.receiveBatch(10, stopping.signal);
      const working = work(deliveries).finally(() => busy.delete(working));
      busy.add(working);
      while (busy.size >= concurrency && !stopping.signal.aborted) await Promise.race(busy);
    }
  };

  const polling = poll();
  return {
    moved,
    timeouts: () => timeouts,
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(busy);
    },
  };
}
