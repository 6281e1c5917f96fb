import { propertyIds } from '@waybill/conformance';
import type { Deviation, PropertyId } from '@waybill/conformance';
import type { Column } from '../columns.ts';
import type { Emulator, EmulatorDeviation } from './emulator.ts';
import type { Point } from './point.ts';
import { points } from './points.ts';

interface Departure {
  readonly point: Point;
  readonly deviation: EmulatorDeviation;
}

/**
 * What a column is not proven in on an emulator: each property that rests on a point at which the emulator does otherwise, with the evidence.
 * @throws RangeError for a deviation from a point that does not exist
 */
export function deviationsOf({ deviations }: Pick<Emulator, 'deviations'>, column: Column): readonly Deviation[] {
  const departures = deviations
    .map((deviation): Departure => ({ point: pointOf(deviation), deviation }))
    .filter(({ point }) => point.columns.includes(column));
  return propertyIds.flatMap((id) => {
    const [first, ...others] = departures.filter(({ point }) => point.properties.includes(id));
    return first === undefined ? [] : [together(id, first, [first, ...others])];
  });
}

function pointOf({ point: id }: EmulatorDeviation): Point {
  const point = points.find((candidate) => candidate.id === id);
  if (point === undefined) throw new RangeError(`No point is named ${JSON.stringify(id)}.`);
  return point;
}

/** A property has one deviation: it may fail if one of its points can make it fail, and ends with the first of them that ends. */
function together(id: PropertyId, first: Departure, all: readonly Departure[]): Deviation {
  const mayFail = all.some(({ deviation }) => deviation.mayFail?.includes(id) === true);
  const [expires = first.deviation.expires] = all
    .map(({ deviation }) => deviation.expires)
    .toSorted((one, other) => one.localeCompare(other));
  return {
    id,
    effect: mayFail ? 'may-fail' : 'proves-nothing',
    reason: all.map(({ point, deviation }) => `${point.aws} (${deviation.seen})`).join('; '),
    link: first.point.source,
    expires,
  };
}
