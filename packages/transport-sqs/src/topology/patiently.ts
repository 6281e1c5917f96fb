import type { SqsClock } from '../time/system-clock.ts';

export interface Patience {
  readonly limitMs: number;
  readonly everyMs: number;
  /** What will pass by itself. */
  readonly isPassing: (error: unknown) => boolean;
}

/** Tries again while what fails will pass by itself, and throws the last failure when that takes too long. */
export async function patiently<Result>(
  clock: SqsClock,
  { limitMs, everyMs, isPassing }: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  const startMs = clock.monotonic();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || clock.monotonic() - startMs + everyMs > limitMs) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(everyMs, resolve));
  }
}
