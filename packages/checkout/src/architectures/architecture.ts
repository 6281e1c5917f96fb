import type { Logger } from '@waybill/core';
import type { Clock, NewId, Random } from '@waybill/core/driver';
import type { CheckoutService } from '../application/checkout-service.ts';
import type { ArchitectureResult } from '../comparison-result.ts';
import type { PaymentGateway } from '../domain/charge.ts';
import type { Order } from '../domain/order.ts';

/** One way to build the checkout, beside the words that ask for it. */
export interface Architecture extends Pick<ArchitectureResult, 'id' | 'title' | 'asWorded' | 'nearest' | 'why'> {
  /** `ignored`: its form carries no token, so a resubmit cannot be told from a second wish. */
  readonly idempotencyKey: 'required' | 'ignored';
  /** How many times faster than life it may run at most, where more would measure the processor; `Infinity`: any. */
  readonly timeScaleMax: number;
  readonly start: (parts: ArchitectureParts) => Promise<RunningArchitecture>;
}

/** What all architectures are built from. The same provider, clock and chance for each. */
export interface ArchitectureParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly payments: PaymentGateway;
  /** Default: silent. */
  readonly log?: Logger;
}

export interface RunningArchitecture {
  readonly service: CheckoutService;
  /** The order table as it stands, read past the service. */
  readonly orders: () => Promise<readonly Order[]>;
  /** True while nothing is queued, buffered or being worked on. May be asked at any time. */
  readonly isIdle: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}
