import type { KafkaSettings } from '../../options.ts';
import { pause } from '../../time/pause.ts';

/** What a broker answers while a leader or a coordinator is being chosen, or is not where it was. */
const passing = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
]);

const pauseMs = 100;

/** Asks again while a broker says that it will know in a moment, as a fresh cluster does, until `requestTimeoutMs` is over. */
export async function retryAnswers<Answer>(
  { clock, requestTimeoutMs }: Pick<KafkaSettings, 'clock' | 'requestTimeoutMs'>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const untilMs = clock.monotonic() + requestTimeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() + pauseMs > untilMs) throw error;
    }
    await pause(clock, pauseMs);
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && passing.has(String(error.type))) || isPassing(error.cause);
}
