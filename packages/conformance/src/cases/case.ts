import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { Provision } from '../harness/harness.ts';
import { everyDayModes } from '../harness/mode.ts';
import type { Mode } from '../harness/mode.ts';
import { provide } from '../harness/provision.ts';
import type { Provided } from '../harness/provision.ts';
import type { World } from '../harness/world.ts';
import type { PropertyId } from '../properties/properties.ts';

type Demand = Pick<ConformanceCase, 'needs' | 'run'>;
type CaseBody = ConformanceCase['run'] | Demand;

/** Run where the property is native or emulated. */
export function proves(
  id: PropertyId,
  title: string,
  body: CaseBody,
  modes: readonly Mode[] = everyDayModes,
): ConformanceCase {
  return { id, title, modes, kind: 'positive', isAlone: false, ...demandOf(body) };
}

/** Run where the property is unsupported. */
export function refuses(
  id: PropertyId,
  title: string,
  body: CaseBody,
  modes: readonly Mode[] = everyDayModes,
): ConformanceCase {
  return { id, title, modes, kind: 'negative', isAlone: false, ...demandOf(body) };
}

/** For a case that breaks the broker for all, or measures what others would disturb: no other runs at its time. */
export const alone = (conformanceCase: ConformanceCase): ConformanceCase => ({ ...conformanceCase, isAlone: true });

/** For a case that does what only some harnesses can: it is handed what it names, and not run where that is missing. */
export function needing<const Name extends Provision>(
  needs: readonly Name[],
  run: (world: World, provided: Provided<Name>) => Promise<void>,
): Demand {
  return { needs, run: (world) => run(world, provide(world.harness, needs)) };
}

const demandOf = (body: CaseBody): Demand => (typeof body === 'function' ? { needs: [], run: body } : body);
