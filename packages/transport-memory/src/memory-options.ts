import type { MemoryBroker, MemoryBrokerOptions } from './broker/memory-broker.ts';

/** A broker of its own, described by its options, or one that is shared. */
export type MemoryTransportOptions = MemoryBrokerOptions | SharedBrokerOptions;

/** Everything else belongs to the broker and was given to `createMemoryBroker`. */
export interface SharedBrokerOptions {
  readonly broker: MemoryBroker;
  readonly profile?: never;
  readonly clock?: never;
  readonly random?: never;
  readonly newId?: never;
}
