import type { BusObserver } from '../bus/bus-event.ts';
import { harmlessObserver } from '../bus/harmless-observer.ts';
import { silentLogger } from '../bus/logger.ts';
import type { Logger } from '../bus/logger.ts';
import type { Clock, NewId, Random, StoreDriver, TransportDriver } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { createRunTransaction } from '../handling/run-transaction.ts';
import { systemNewId, systemRandom } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import { defaultRelaySettings } from './relay-options.ts';
import type { RelaySettings } from './relay-options.ts';
import { Relay } from './relay.ts';

export interface CreateRelayOptions extends Partial<RelaySettings> {
  readonly store: StoreDriver;
  readonly transport: TransportDriver;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly newId?: NewId;
  readonly log?: Logger;
  readonly observe?: BusObserver;
}

/**
 * Makes a relay for a process of its own, beside buses that run with `relay: 'off'`. Call `start`, and `stop` before store and
 * transport are closed; both stay the caller's.
 * @throws `invalid-options`
 */
export function createRelay(options: CreateRelayOptions): Relay {
  requirePositive(options);
  const { store, clock = systemClock, random = systemRandom, newId = systemNewId, log = silentLogger } = options;
  return new Relay({
    ...options,
    clock,
    random,
    newId,
    log,
    observe: harmlessObserver(options.observe, log),
    runTransaction: createRunTransaction(store, clock, random),
  });
}

function requirePositive(options: CreateRelayOptions): void {
  const settings = { ...defaultRelaySettings, ...options };
  const names = (['leaseMs', 'pollMs', 'pageMax', 'pageBytesMax'] as const).filter((name) => !(settings[name] > 0));
  const problems = names.map((name) => `${name} must be above 0`);
  if (!(settings.oldestAgeMsMax >= 0)) problems.push('oldestAgeMsMax must not be below 0');
  if (problems.length === 0) return;
  const path = names[0] ?? 'oldestAgeMsMax';
  throw new BusError({ code: 'invalid-options', message: `createRelay: ${problems.join('; ')}.`, path });
}
