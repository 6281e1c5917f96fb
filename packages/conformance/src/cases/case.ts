import type { ConformanceCase } from '../harness/conformance-case.ts';
import { everyDayModes } from '../harness/mode.ts';
import type { Mode } from '../harness/mode.ts';
import type { World } from '../harness/world.ts';
import type { PropertyId } from '../properties/properties.ts';

/** Run where the property is native or emulated. */
export function proves(
  id: PropertyId,
  title: string,
  run: (world: World) => Promise<void>,
  modes: readonly Mode[] = everyDayModes,
): ConformanceCase {
  return { id, title, modes, kind: 'positive', isAlone: false, run };
}

/** Run where the property is unsupported. */
export function refuses(
  id: PropertyId,
  title: string,
  run: (world: World) => Promise<void>,
  modes: readonly Mode[] = everyDayModes,
): ConformanceCase {
  return { id, title, modes, kind: 'negative', isAlone: false, run };
}

/** For a case that breaks the broker for all, or measures what others would disturb: no other runs at its time. */
export const alone = (conformanceCase: ConformanceCase): ConformanceCase => ({ ...conformanceCase, isAlone: true });
