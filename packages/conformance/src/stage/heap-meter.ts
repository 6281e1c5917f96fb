import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { World } from '../harness/world.ts';

/** Answers with the bytes that are still in use after full collections: objects and buffers of the whole process. */
export function createHeapMeter({ clock }: World): () => Promise<number> {
  // Node gives the collector to contexts that are made after the flag is set.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return async () => {
    // Buffers are freed beside the collection that finds them unused, and what held them is found by the next one.
    for (let round = 1; round <= 3; round += 1) {
      collect();
      await clock.sleep(10);
    }
    const { heapUsed, external } = memoryUsage();
    return heapUsed + external;
  };
}
