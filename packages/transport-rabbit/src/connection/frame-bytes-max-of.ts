import type { Channel } from 'amqplib';

/**
 * The largest frame that client and broker have agreed on: `frame_max` of the broker, or less by the URL. A body is cut into frames,
 * the properties and headers of a message are one.
 */
export function frameBytesMaxOf(channel: Channel): number {
  // amqplib keeps it there, but its types do not say so.
  const { frameMax } = channel.connection as { readonly frameMax?: number };
  return frameMax ?? Infinity;
}
