import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or only until the signal; it never rejects. */
export async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  if (signal.aborted) return;
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
