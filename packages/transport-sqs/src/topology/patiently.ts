import type { SqsClock } from '../time/system-clock.ts';

export interface Patience {
  readonly limitMs: number;
  /** How long to wait before another try. */
  readonly pauseMs: () => number;
  /** What will pass by itself. */
  readonly isPassing: (error: unknown) => boolean;
}

/** Tries again while what fails will pass by itself, and throws the last failure when that takes too long. */
export async function patiently<Result>(
  clock: SqsClock,
  { limitMs, pauseMs, isPassing }: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  const startMs = clock.monotonic();
  for (;;) {
    const nextMs = pauseMs();
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() - startMs + nextMs > limitMs) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(nextMs, resolve));
  }
}
