import type { Capability } from './transport-capabilities.ts';

/** What a store can do, as one total record; limits are data. */
export interface StoreCapabilities {
  /** Committed rows survive the death of the store's process. */
  readonly durability: Capability;
  /** The handler's own writes commit with the marks. */
  readonly transactions: Capability;
  readonly claims: Capability & { readonly batchMax: number };
  readonly sequences: Capability;
  readonly outbox: Capability & { readonly buckets: number; readonly readMax: number };
  /**
   * Messages can be kept back until their time, by the store's clock. Those due at once are numbered in the order of their times, then of their
   * writing; they wait for nobody and nobody waits for them before.
   */
  readonly scheduling: Capability & { readonly delayMsMax: number };
  readonly deadLetters: Capability & { readonly pageMax: number };
  readonly keys: Capability & { readonly keyBytesMax: number };
}
