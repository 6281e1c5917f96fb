import type { Frame } from '../proxy/index.ts';

/** How a request and its reply are told from everything else on a wire. */
export interface Exchange {
  readonly isRequest: (frame: Frame) => boolean;
  /** The first of them behind the request, on its connection. `none`: the protocol has no reply to it. */
  readonly isReply: ((frame: Frame) => boolean) | 'none';
}

/** What a boundary separates from its answer at a broker. */
export type BrokerExchanges = Readonly<Record<'publish' | 'settle', Exchange>>;
