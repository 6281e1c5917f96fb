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
  const result = validate(contract, payload);
  if (!(result instanceof Promise)) return unwrap(contract, result);
  return result.then(
    (settled) => unwrap(contract, settled),
    (cause: unknown) => {
      throw schemaThrew(contract, cause);
    },
  );
}

function validate<Payload>(
  contract: Pick<Contract<Payload>, 'name' | 'version' | 'schema'>,
  payload: unknown,
): StandardSchemaV1.Result<Payload> | Promise<StandardSchemaV1.Result<Payload>> {
  try {
    return contract.schema['~standard'].validate(payload);
  } catch (cause) {
    throw schemaThrew(contract, cause);
  }
}

/** A schema answers with issues; one that throws would throw again at every delivery. */
function schemaThrew({ name, version }: Pick<Contract<unknown>, 'name' | 'version'>, cause: unknown): BusError {
  return new BusError({
    code: 'payload-invalid',
    message: `The schema of ${name} version ${version} threw instead of answering.`,
    path: '(payload)',
    remedy: 'See the cause; correct the schema or the payload.',
    cause,
  });
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
