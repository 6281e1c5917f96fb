import type { ConformanceCase } from '../../harness/conformance-case.ts';
import { everyDayModes } from '../../harness/mode.ts';
import type { Mode } from '../../harness/mode.ts';
import type { StoreFaults, StoreProvision } from '../harness/store-harness.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import type { StorePropertyId } from '../properties/store-properties.ts';

export type StoreCase = ConformanceCase<StorePropertyId, StoreWorld>;

type Demand = Pick<StoreCase, 'needs' | 'run'>;
type CaseBody = StoreCase['run'] | Demand;

/** Run where the property is native or emulated. */
export const proves = (
  id: StorePropertyId,
  title: string,
  body: CaseBody,
  modes: readonly Mode[] = everyDayModes,
): StoreCase => ({ id, title, modes, kind: 'positive', isAlone: false, ...demandOf(body) });

/** Run where the property is unsupported. */
export const refuses = (
  id: StorePropertyId,
  title: string,
  body: CaseBody,
  modes: readonly Mode[] = everyDayModes,
): StoreCase => ({ id, title, modes, kind: 'negative', isAlone: false, ...demandOf(body) });

/** For a case that breaks the server for all: no other runs at its time. */
export const alone = (storeCase: StoreCase): StoreCase => ({ ...storeCase, isAlone: true });

/** For a case that does what only some harnesses can: it is handed what it names, and not run where that is missing. */
export function needing<const Name extends StoreProvision>(
  needs: readonly Name[],
  run: (world: StoreWorld, provided: Required<Pick<StoreFaults, Name>>) => Promise<void>,
): Demand {
  // `findStoreLack` has found nothing, so all of them are there.
  return { needs, run: (world) => run(world, world.faults as Required<Pick<StoreFaults, Name>>) };
}

const demandOf = (body: CaseBody): Demand => (typeof body === 'function' ? { needs: [], run: body } : body);
