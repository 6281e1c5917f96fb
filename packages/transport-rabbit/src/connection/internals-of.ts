import type { Duplex } from 'node:stream';
import type { ChannelModel } from 'amqplib';

/** What amqplib 2 keeps on a connection, and its types do not say. Every use copes with its absence. */
export interface ConnectionInternals {
  readonly stream?: Duplex;
  /** The largest frame that client and broker have agreed on. */
  readonly frameMax?: number;
}

/** Of a connection, or of a channel on it. */
export function internalsOf({ connection }: Pick<ChannelModel, 'connection'>): ConnectionInternals {
  return connection as ConnectionInternals;
}
