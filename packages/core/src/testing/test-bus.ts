import type { BusOptions } from '../bus/bus-options.ts';
import type { Bus } from '../bus/bus.ts';
import { createBus } from '../bus/create-bus.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { inProcessTransport } from './in-process-transport.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { countingIds, seededRandom } from './seeded-random.ts';
import { virtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface TestBusOptions extends Omit<BusOptions<MemoryTables>, 'transport' | 'store' | 'clock'> {
  /** Default: a transport in this process that keeps every promise. */
  readonly transport?: BusOptions['transport'];
  /** Default: virtual time, so that backoff and leases cost nothing. */
  readonly clock?: VirtualClock;
  readonly seed?: number;
}

export interface TestBus extends Recorder {
  readonly bus: Bus<MemoryTables>;
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  /**
   * Starts the bus if need be, runs `work` if given, and resolves when nothing is left to do: every message handled, retried to its end or
   * dead. Virtual time moves as far as it takes.
   */
  readonly idle: (work?: () => Promise<unknown>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A whole bus in this process, on virtual time and seeded chance, that can be awaited until idle. */
export function testBus(options: TestBusOptions = {}): TestBus {
  const { seed = 1, clock = virtualClock(), ...rest } = options;
  const recorder = createRecorder();
  const newId = rest.newId ?? countingIds('message');
  const store = memoryStore({ clock, newId: countingIds('store') });
  const bus = createBus({
    random: seededRandom(seed),
    ...rest,
    observe: (event) => {
      recorder.observe(event);
      rest.observe?.(event);
    },
    newId,
    clock,
    store,
    transport: rest.transport ?? inProcessTransport({ clock }),
  });
  let starting: Promise<void> | undefined;

  const untilIdle = async (work: () => Promise<unknown>): Promise<void> => {
    starting ??= bus.start();
    await starting;
    await work();
    await bus.drain();
  };

  return {
    ...recorder,
    bus,
    clock,
    store,
    idle: (work = async () => undefined) => clock.runUntil(untilIdle(work)),
    stop: () => clock.runUntil(bus.stop()),
  };
}
