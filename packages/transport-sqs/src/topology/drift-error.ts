import { SqsTransportError } from '../sqs-error.ts';
import type { Difference } from './difference.ts';

/** One error that lists every difference, with its place and what to do about it. */
export function driftErrorOf(differences: readonly Difference[]): SqsTransportError {
  const count = differences.length === 1 ? 'One thing is' : `${differences.length} things are`;
  const lines = differences.map(
    ({ path, wanted, present, remedy }) => `- ${path}: wanted ${wanted}, present ${present}; ${remedy}.`,
  );
  return new SqsTransportError('topology-drift', [`${count} not as the options ask for.`, ...lines].join('\n'));
}
