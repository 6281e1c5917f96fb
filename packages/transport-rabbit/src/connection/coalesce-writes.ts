import type { Duplex } from 'node:stream';
import type { ChannelModel } from 'amqplib';

/**
 * Hands over to the system in one call what is written in one turn. amqplib makes a call for each message and each ack, which costs
 * more than everything else about them.
 */
export function coalesceWrites({ connection }: Pick<ChannelModel, 'connection'>): void {
  // amqplib keeps the socket there, but its types do not say so.
  const { stream } = connection as { readonly stream?: Duplex };
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
