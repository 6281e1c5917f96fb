import type { Lack } from '../../harness/provision.ts';
import type { StoreHarness, StoreProvision } from './store-harness.ts';

/** The first of the needs that is not met; `undefined` where all are. */
export function findStoreLack({ faults, absent }: StoreHarness, needs: readonly string[]): Lack | undefined {
  const name = provisionNames.find((each) => needs.includes(each) && faults[each] === undefined);
  if (name === undefined) return undefined;
  const nature = absent?.[name];
  return { isByNature: nature !== undefined, reason: nature ?? `the harness offers no ${texts[name]}` };
}

/**
 * Looks at what a harness says that it has not by nature.
 * @throws RangeError for what it offers all the same, and for a word without a reason
 */
export function checkStoreAbsent({ faults, absent }: StoreHarness): void {
  for (const name of provisionNames) {
    const reason = absent?.[name];
    if (reason === undefined) continue;
    if (reason.trim() === '') throw new RangeError(`The harness does not say why there is no ${texts[name]}.`);
    if (faults[name] !== undefined) throw new RangeError(`The harness denies a ${texts[name]} and offers one.`);
  }
}

const texts: Readonly<Record<StoreProvision, string>> = {
  killServer: 'way to kill the server',
  pauseServer: 'way to freeze the server',
  cutConnections: 'way to cut connections',
  abandon: 'way to end a store as kill -9 does',
};

const provisionNames = Object.keys(texts) as readonly StoreProvision[];
