import { pause } from './pause.ts';
import type { KafkaClock } from './system-clock.ts';

/** `undefined` when the work takes longer; it goes on, and nobody hears how it ends. */
export async function atMost<Result>(
  limitMs: number,
  work: Promise<Result>,
  clock: KafkaClock,
): Promise<Result | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([work, pause(clock, limitMs, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
