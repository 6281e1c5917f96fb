import { BusError } from '../errors/bus-error.ts';
import type { Contract } from './contract.ts';

/**
 * Brings a payload from the version it was published in to the contract's own, one version after the other.
 * @throws `unknown-version` without a way, `upcast-failed` when a step throws or answers with a promise
 */
export function upcastPayload(
  contract: Pick<Contract<unknown>, 'name' | 'version' | 'upcasts'>,
  version: number,
  payload: unknown,
): unknown {
  let current = payload;
  // Upcasts are below the contract's version: a newer message finds none either.
  for (let from = version; from !== contract.version; from += 1) {
    const upcast = contract.upcasts.get(from);
    if (upcast === undefined) {
      throw new BusError({
        code: 'unknown-version',
        message: `${contract.name} is read in version ${contract.version}; version ${version} cannot be.`,
      });
    }
    try {
      current = requireValue(upcast(current));
    } catch (cause) {
      throw new BusError({
        code: 'upcast-failed',
        message: `${contract.name} could not be brought from version ${from} to ${from + 1}.`,
        cause,
      });
    }
  }
  return current;
}

function requireValue(answer: unknown): unknown {
  if (!(answer instanceof Promise)) return answer;
  // Nobody waits for it, and a rejection that nobody hears ends the process.
  answer.catch(() => undefined);
  throw new TypeError('An upcast is a plain function; this one answered with a promise.');
}
