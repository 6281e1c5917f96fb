import type { DriverModule } from '../../kill-matrix/shop/shop-protocol.ts';

export interface WorkerSettings {
  readonly name: string;
  /** Of the command that is handled. */
  readonly command: string;
  /** Schema of the effects. */
  readonly tables: string;
  readonly store: DriverModule;
  readonly transport: DriverModule;
  readonly leaseMs: number;
  /** Chooses which messages take how long. */
  readonly seed: number;
}

/** What a worker is told. */
export type WorkerOrder =
  /** Opens a bus of its own and consumes. */
  | { readonly order: 'join'; readonly settings: WorkerSettings }
  /** Stops that bus: what runs may end, the rest goes back. */
  | { readonly order: 'leave' };

/** Of one process since it began. */
export interface WorkerCounts {
  /** Deliveries that its transport has handed to it. */
  readonly received: number;
  /** Those of them that it has neither settled nor lost yet. */
  readonly held: number;
  /** Those that the inbox has recognised: accepted without an effect. */
  readonly refused: number;
}

export type WorkerReport =
  | { readonly report: 'joined' }
  | { readonly report: 'left' }
  | { readonly report: 'counted'; readonly counts: WorkerCounts }
  | { readonly report: 'failed'; readonly reason: string };
