import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is reachable, in MiB, buffers outside of the heap included: garbage that nobody has collected yet is not growth. */
export function createLiveMemory(): () => Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return async () => {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1_048_576;
  };
}
