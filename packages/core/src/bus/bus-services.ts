import type { MessageLimits } from '../codec/limits.ts';
import type { Clock, NewId, Random, StoreDriver, TransportDriver } from '../driver/index.ts';
import type { RunTransaction } from '../handling/run-transaction.ts';
import type { BusObserver } from './bus-event.ts';
import type { Logger } from './logger.ts';

/** What every part of one bus shares: its drivers, its time and chance, its voice. */
export interface BusServices<Native = unknown> {
  readonly transport: TransportDriver;
  readonly store: StoreDriver<Native>;
  readonly runTransaction: RunTransaction<Native>;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly source: string;
  readonly limits: MessageLimits;
  readonly log: Logger;
  readonly observe: BusObserver | undefined;
}
