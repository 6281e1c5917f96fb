import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BusError } from '../errors/bus-error.ts';
import type { Contract } from './contract.ts';
import { describeIssue, pathOfIssue } from './describe-issue.ts';

/** Problems named in a message; the rest are counted. */
const problemsMax = 10;

type Checked<Payload> = Pick<Contract<Payload>, 'name' | 'version' | 'schema'>;

/**
 * Runs a contract's schema. Answers directly where the schema does, which saves a promise per message.
 * @throws `payload-invalid` with the path of the first problem; values are never shown
 */
export function validatePayload<Payload>(contract: Checked<Payload>, payload: unknown): Payload | Promise<Payload> {
  const result = validate(contract, payload);
  if (!isThenable(result)) return unwrap(contract, result);
  // Made one of ours, whoever's promise it is: it is by that that callers tell it from a payload.
  return Promise.resolve(result).then(
    (settled) => unwrap(contract, settled),
    (cause: unknown) => {
      throw schemaThrew(contract, cause);
    },
  );
}

function validate<Payload>(
  contract: Checked<Payload>,
  payload: unknown,
): StandardSchemaV1.Result<Payload> | Promise<StandardSchemaV1.Result<Payload>> {
  try {
    return contract.schema['~standard'].validate(payload);
  } catch (cause) {
    throw schemaThrew(contract, cause);
  }
}

/** Not by its class: a promise of another realm or library, taken for a result, would give a payload of `undefined`. */
function isThenable<Value extends object>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as Partial<PromiseLike<Value>>).then === 'function';
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

function unwrap<Payload>({ name, version }: Checked<Payload>, result: StandardSchemaV1.Result<Payload>): Payload {
  if (result.issues === undefined) return result.value;
  const { issues } = result;
  const problems = issues.slice(0, problemsMax).map(describeIssue);
  const more = issues.length > problemsMax ? `; and ${issues.length - problemsMax} more` : '';
  throw new BusError({
    code: 'payload-invalid',
    message: `A payload does not fit ${name} version ${version}: ${problems.join('; ')}${more}.`,
    path: issues[0] === undefined ? '' : pathOfIssue(issues[0]),
  });
}
