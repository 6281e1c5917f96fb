import type { TransportMessage } from '@waybill/core/driver';
import type { LambdaContext, LambdaSqsEvent } from '../../lambda/lambda-event.ts';
import { eventOf } from './event-of.ts';
import { lambdaStage } from './lambda-stage.ts';
import type { LambdaStage } from './lambda-stage.ts';

/** An event of steps such as `a1`, as another process would have sent them; the step is the name of its record. */
export async function eventFor(
  { queueName, queueType }: LambdaStage,
  ...steps: readonly string[]
): Promise<LambdaSqsEvent> {
  const sent: TransportMessage[] = [];
  const publisher = lambdaStage({
    change: () => ({
      openSender: async () => ({
        sendBatch: async (messages) => {
          sent.push(...messages);
          return messages.map(() => ({ status: 'confirmed' }));
        },
        close: async () => undefined,
      }),
    }),
  });
  await publisher.send(...steps);
  const deliveries = sent.map((message, index) => ({
    message: { ...message, id: steps[index] ?? '' },
    enqueuedAtMs: 5,
  }));
  return eventOf(deliveries, { queueType, queueName });
}

/** A context whose time runs with the clock of the stage. */
export function contextOf({ clock }: LambdaStage, timeoutMs: number): LambdaContext {
  const endsAtMs = clock.monotonic() + timeoutMs;
  return { getRemainingTimeInMillis: () => endsAtMs - clock.monotonic() };
}

/** The steps that come back after one invocation, and how long it took. */
export async function invokeOnce(
  stage: LambdaStage,
  event: LambdaSqsEvent,
  timeoutMs = 30_000,
): Promise<{ readonly back: readonly string[]; readonly tookMs: number }> {
  const beganMs = stage.clock.monotonic();
  const { batchItemFailures } = await stage.clock.runUntil(stage.handler(event, contextOf(stage, timeoutMs)));
  const back = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier.replace('sqs-', ''));
  return { back, tookMs: stage.clock.monotonic() - beganMs };
}
