import type { StoreDriver } from '../driver/index.ts';
import { createRunTransaction } from '../handling/run-transaction.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { systemNewId, systemRandom } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import type { BusOptions, CheckedBusOptions } from './bus-options.ts';
import type { BusServices } from './bus-services.ts';
import { harmlessObserver } from './harmless-observer.ts';
import { atLevel, silentLogger } from './logger.ts';

/** Resolves what the user left open. */
export function createBusServices<Native>(
  options: BusOptions<Native>,
  checked: CheckedBusOptions,
): BusServices<Native> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const newId = options.newId ?? systemNewId;
  const log = atLevel(options.log ?? silentLogger, checked.logLevel);
  // Without a store the type parameter is that of the memory store: see the overloads of `createBus`.
  const store = options.store ?? (memoryStore({ clock, newId }) as unknown as StoreDriver<Native>);
  return {
    transport: options.transport,
    store,
    runTransaction: createRunTransaction(store, clock, random),
    clock,
    random,
    newId,
    source: checked.source,
    limits: checked.limits,
    log,
    observe: harmlessObserver(options.observe, log),
  };
}
