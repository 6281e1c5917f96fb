import { collectGarbage } from './collect-garbage.ts';

/** What is reachable, in MiB, buffers outside of the heap included: garbage that nobody has collected yet is not growth. */
export async function liveMemory(): Promise<number> {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 10));
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}
