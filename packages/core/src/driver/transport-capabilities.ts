/** `native`: the broker does it. `emulated`: the driver does it. `unsupported`: it cannot be had; the planner refuses or core emulates. */
export type CapabilityLevel = 'native' | 'emulated' | 'unsupported';

export interface Capability {
  readonly level: CapabilityLevel;
  /** Where the figure or the behaviour is documented or was measured. */
  readonly source: string;
}

/**
 * What a transport can do, as one total record: a missing property does not compile, an absent limit is `Infinity` or
 * `'none'`, never `undefined`. Differences between brokers live here and nowhere in core.
 */
export interface TransportCapabilities {
  /** Messages survive the death of the broker's process. */
  readonly durability: Capability;
  /** Whether there is a receive call at all. */
  readonly receive: Capability & { readonly batchMax: number };
  readonly send: Capability & {
    readonly batchMax: number;
    readonly batchBytesMax: number;
    readonly batchesInFlightMax: number;
    /**
     * What follows a message that was not confirmed: `stops-key` = no later message of its key in the batch was accepted,
     * so core may put many of one key in a batch; `independent` = it may have been, so core sends one of a key at a time.
     */
    readonly afterFailure: 'stops-key' | 'independent';
  };
  readonly message: Capability & {
    /** Body and headers together. */
    readonly bytesMax: number;
    readonly headersMax: number;
    readonly keyCharsMax: number;
  };
  /** Deliveries of one scope come in the order they were accepted, also after a release. */
  readonly order: Capability & { readonly scope: 'key' | 'partition' | 'queue' | 'none' };
  /** While a delivery of a key is unsettled, no other receiver gets one of that key. */
  readonly keyExclusivity: Capability;
  readonly deduplication: Capability & { readonly windowMs: number; readonly scope: 'channel' | 'key' | 'none' };
  readonly delay: Capability & {
    readonly delayMsMax: number;
    /** Later messages of its key wait behind a delayed one, else they overtake it. */
    readonly keepsOrder: boolean;
  };
  readonly lease: Capability & {
    /** `time` = ends unless extended; `connection` = lasts as long as the connection. */
    readonly kind: 'time' | 'connection';
    readonly leaseMsMax: number;
    /** Longest total hold of one delivery, extensions included; core refuses a handler that may take longer. */
    readonly holdMsMax: number;
  };
  /** Giving one delivery back for another attempt. */
  readonly release: Capability & { readonly keepsOrder: boolean };
  /** The broker counts deliveries. `attemptsMax` is where it moves or drops the message by itself. */
  readonly attempts: Capability & { readonly attemptsMax: number };
  /** An event reaches every group. */
  readonly fanOut: Capability & { readonly groupsMax: number };
  readonly inspection: Capability & {
    readonly ready: boolean;
    readonly inFlight: boolean;
    readonly oldestAge: boolean;
  };
}
