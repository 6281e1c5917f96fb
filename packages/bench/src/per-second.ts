import { timed } from './statistics.ts';

/** How much is asked for in all, and how much of it at once. */
export interface Load {
  readonly count: number;
  readonly inFlight: number;
}

/** Runs `work` for 0 to `count − 1`, so many at a time; answers how many were done in a second. */
export async function perSecond({ count, inFlight }: Load, work: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next;
      next += 1;
      await work(n);
    }
  };
  const ms = await timed(async () => void (await Promise.all(Array.from({ length: inFlight }, worker))));
  return (count / ms) * 1000;
}
