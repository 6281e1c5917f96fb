import type { Admin, Faults, Harness, Provision } from './harness.ts';

type Provisions = Required<Faults> &
  Required<Pick<Admin, 'deleteQueue' | 'purge'>> &
  Pick<Harness, 'foreign'> & { readonly lateAnswers: true };

/** What a case is handed that needs these. */
export type Provided<Name extends Provision> = { readonly [Each in Name]: NonNullable<Provisions[Each]> };

/** Why a case is not run: the transport cannot suffer this by nature, or nobody can do it here. */
export interface Lack {
  readonly isByNature: boolean;
  readonly reason: string;
}

/** The first of the needs that is not met; `undefined` where all are. */
export function findLack(harness: Harness, needs: readonly string[]): Lack | undefined {
  const offers = offersOf(harness);
  const name = provisionNames.find((each) => needs.includes(each) && offers[each] === undefined);
  if (name === undefined) return undefined;
  const nature = harness.absent?.[name];
  const reason = nature ?? `the harness offers no ${texts[name]}`;
  return { isByNature: nature !== undefined, reason };
}

/** What is needed, once {@link findLack} has found nothing. */
export function provide<Name extends Provision>(harness: Harness, needs: readonly Name[]): Provided<Name> {
  const offers = offersOf(harness);
  return Object.fromEntries(needs.map((name) => [name, offers[name]])) as Provided<Name>;
}

/**
 * Looks at what a harness says that it has not by nature.
 * @throws RangeError for what it offers all the same, and for a word without a reason
 */
export function checkAbsent(harness: Harness): void {
  const offers = offersOf(harness);
  for (const name of provisionNames) {
    const reason = harness.absent?.[name];
    if (reason === undefined) continue;
    if (reason.trim() === '') throw new RangeError(`The harness does not say why there is no ${texts[name]}.`);
    if (offers[name] !== undefined) throw new RangeError(`The harness denies a ${texts[name]} and offers one.`);
  }
}

const offersOf = ({ faults, admin, foreign, absent }: Harness): Partial<Record<Provision, unknown>> => ({
  ...faults,
  deleteQueue: admin.deleteQueue,
  purge: admin.purge,
  foreign,
  lateAnswers: absent?.lateAnswers === undefined ? true : undefined,
});

const texts: Readonly<Record<Provision, string>> = {
  restartBroker: 'way to restart the broker',
  cutConnections: 'way to cut connections',
  endHolds: 'way to end what drivers hold',
  abandon: 'way to end a connection as kill -9 does',
  breakNetwork: 'way to break the network',
  connectAsStranger: 'way to connect as a stranger',
  refusePublishes: 'way to make the broker refuse publishes',
  deleteQueue: 'way to delete a queue past the driver',
  purge: 'way to purge a queue past the driver',
  foreign: 'foreign client',
  lateAnswers: 'answer to a late settlement',
};

const provisionNames = Object.keys(texts) as readonly Provision[];
