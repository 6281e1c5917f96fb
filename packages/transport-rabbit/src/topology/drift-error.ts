import { RabbitTransportError } from '../rabbit-error.ts';

/** One shape on 3.10 and on 4.0, of which only the first difference is told. */
const inequivalent =
  /PRECONDITION_FAILED - inequivalent arg '([^']+)' for (queue|exchange) '(.*)' in vhost '(.*)': received (none|'.*'|the value '.*' of type '[^']*') but current is (none|'.*'|the value '.*' of type '[^']*')"?$/u;

/**
 * What a declare that failed says of the difference, by name; `undefined` when the failure is of another kind, such as a lost
 * connection.
 */
export function driftErrorOf(error: unknown): RabbitTransportError | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, argument, what, name, , wanted, present] = inequivalent.exec(error.message) ?? [];
  if (argument !== undefined) {
    return new RabbitTransportError(
      'topology-drift',
      `The ${what} '${name}' exists with another ${argument}: wanted ${wanted}, present ${present}. Use the present setting, or delete the ${what} once it is empty.`,
      { cause: error },
    );
  }
  const refused = /(RESOURCE_LOCKED|PRECONDITION_FAILED) - ([^"]*)/u.exec(error.message);
  if (refused === null) return undefined;
  return new RabbitTransportError('topology-refused', `RabbitMQ refuses a declare: ${refused[2]}.`, { cause: error });
}
