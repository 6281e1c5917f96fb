import type { ChannelAddress } from '../driver/index.ts';
import type { BusErrorCode } from '../errors/error-code.ts';
import type { PreparedMessage } from './prepared-message.ts';
import type { PublishResult } from './publish-entry.ts';

/** Where prepared messages go: to the broker, or to the outbox. */
export interface PublishPort {
  /** Accepted and not yet settled. */
  readonly unconfirmed: number;
  /** Takes the message over in call order; `settle` is called once. */
  readonly publish: (
    address: ChannelAddress,
    message: PreparedMessage,
    settle: (result: PublishResult) => void,
  ) => void;
  /** What the driver behind it calls an error. */
  readonly codeOf: (error: unknown) => BusErrorCode;
  /** Lets what is under way end, without further retries, and closes. */
  readonly close: () => Promise<void>;
}

/** Which port takes a message: what the store delays goes through the outbox, whatever else does. */
export type PortFor = (message: PreparedMessage) => PublishPort;
