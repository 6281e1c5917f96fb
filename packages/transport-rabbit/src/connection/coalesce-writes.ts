import type { ChannelModel } from 'amqplib';
import { internalsOf } from './internals-of.ts';

/**
 * Hands over to the system in one call what is written in one turn. amqplib makes a call for each message and each ack, which costs
 * more than everything else about them.
 */
export function coalesceWrites(model: Pick<ChannelModel, 'connection'>): void {
  const { stream } = internalsOf(model);
  if (stream === undefined) return;
  const write = stream.write.bind(stream) as (...parameters: readonly unknown[]) => boolean;
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream.uncork();
  };
  stream.write = (...parameters: readonly unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...parameters);
  };
}
