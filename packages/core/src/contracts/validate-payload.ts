import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BusError } from '../errors/bus-error.ts';
import type { Contract } from './contract.ts';

/** Problems named in a message; the rest are counted. */
const problemsMax = 10;

/**
 * Runs a contract's schema. Answers directly where the schema does, which saves a promise per message.
 * @throws `payload-invalid` with the path of the first problem; values are never shown
 */
export function validatePayload<Payload>(
  contract: Pick<Contract<Payload>, 'name' | 'version' | 'schema'>,
  payload: unknown,
): Payload | Promise<Payload> {
  const result = contract.schema['~standard'].validate(payload);
  if (result instanceof Promise) return result.then((settled) => unwrap(contract, settled));
  return unwrap(contract, result);
}

function unwrap<Payload>(
  { name, version }: Pick<Contract<Payload>, 'name' | 'version'>,
  result: StandardSchemaV1.Result<Payload>,
): Payload {
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map((issue) => `${pathOf(issue)}: ${issue.message}`);
  const more = problems.length > problemsMax ? `; and ${problems.length - problemsMax} more` : '';
  throw new BusError({
    code: 'payload-invalid',
    message: `A payload does not fit ${name} version ${version}: ${problems.slice(0, problemsMax).join('; ')}${more}.`,
    path: result.issues[0] === undefined ? '' : pathOf(result.issues[0]),
  });
}

/** As `lines[0].quantity`. */
function pathOf({ path }: StandardSchemaV1.Issue): string {
  const keys = (path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return keys.reduce<string>((text, key) => text + step(key, text === ''), '') || '(payload)';
}

function step(key: PropertyKey, isFirst: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  return isFirst ? String(key) : `.${String(key)}`;
}
