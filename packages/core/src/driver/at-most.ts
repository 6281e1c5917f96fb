import type { Clock } from './clock.ts';
import { pause } from './pause.ts';

/** For drivers: `undefined` when the work takes longer; it goes on, and nobody hears how it ends. */
export async function atMost<Result>(
  limitMs: number,
  work: Promise<Result>,
  clock: Pick<Clock, 'after'>,
): Promise<Result | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([work, pause(clock, limitMs, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
