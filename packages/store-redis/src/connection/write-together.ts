import { nextTick } from 'node:process';
import type { Redis } from 'ioredis';

/**
 * Called before a command: those of one turn of the event loop leave in one write. ioredis would make a system call for each of them, which
 * is most of what a command costs.
 */
export function writeTogether(client: Redis): () => void {
  let isCorked = false;
  return () => {
    if (isCorked) return;
    const { stream } = client;
    isCorked = true;
    stream.cork();
    nextTick(() => {
      isCorked = false;
      stream.uncork();
    });
  };
}
