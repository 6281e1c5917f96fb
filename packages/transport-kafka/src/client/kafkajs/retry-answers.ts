import { pause } from '@waybill/core/driver';
import type { KafkaSettings } from '../../options.ts';

/** What a broker answers while a leader or a coordinator is being chosen, or is not where it was. */
const passing: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
]);

/** What kafkajs makes of such an answer where it has asked every broker. */
const coordinatorNotFound = 'KafkaJSGroupCoordinatorNotFound';

/** What a broker answers that has not heard of a topic yet. */
export const unknownTopic = 'UNKNOWN_TOPIC_OR_PARTITION';

const pauseMs = 100;

/**
 * Asks again while a broker says that it will know in a moment, as a fresh cluster does, until `requestTimeoutMs` is over. `also` names an answer
 * that will pass here although it may mean something else.
 */
export async function retryAnswers<Answer>(
  { clock, requestTimeoutMs }: Pick<KafkaSettings, 'clock' | 'requestTimeoutMs'>,
  ask: () => Promise<Answer>,
  also?: string,
): Promise<Answer> {
  const untilMs = clock.monotonic() + requestTimeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error, also) || clock.monotonic() + pauseMs > untilMs) throw error;
    }
    await pause(clock, pauseMs);
  }
}

function isPassing(error: unknown, also: string | undefined): boolean {
  if (!(error instanceof Error)) return false;
  const type = 'type' in error ? String(error.type) : '';
  return passing.has(type) || type === also || error.name === coordinatorNotFound || isPassing(error.cause, also);
}
