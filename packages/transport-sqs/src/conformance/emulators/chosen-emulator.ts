import type { Emulator } from './emulator.ts';
import { emulators } from './emulators.ts';

/** The variable that says on which emulator the suite is run. */
const emulatorVariable = 'WAYBILL_SQS_EMULATOR';

/**
 * The emulator that the environment names, else fauxqs: it starts in half a second and comes with npm.
 * @throws RangeError for one that nobody knows
 */
export function chosenEmulator(environment: Readonly<Record<string, string | undefined>>): Emulator {
  const kind = environment[emulatorVariable] || 'fauxqs';
  const emulator = emulators.find((each) => each.kind === kind);
  if (emulator !== undefined) return emulator;
  throw new RangeError(`${emulatorVariable} is none of ${emulators.map((each) => each.kind).join(', ')}.`);
}
