import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 50;

/** Asks again and again until `probe` resolves; the last refusal is the cause of the error after `timeoutMs`. */
export async function waitForAnswer<Answer>(
  probe: () => Promise<Answer>,
  timeoutMs: number,
  whyNot: () => string | undefined = () => undefined,
): Promise<Answer> {
  const start = performance.now();
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      const dead = whyNot();
      if (dead !== undefined) throw new Error(dead, { cause: error });
      if (performance.now() - start > timeoutMs) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
    }
    await sleep(pauseMs);
  }
}
