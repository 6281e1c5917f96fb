import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BusError } from '../errors/bus-error.ts';
import type { Contract, Upcast } from './contract.ts';

export interface ContractOptions<Payload> {
  /** Lower-case words joined by `-` or `.`, at most 100 characters: the name of the channel too. */
  readonly name: string;
  /** From 1; raised when the schema changes in a way that old consumers cannot read. */
  readonly version: number;
  /**
   * A zod 4 schema, or any Standard Schema. It must accept its own output: that is what is published, and the consumer holds it
   * against the schema again before a handler gets it.
   */
  readonly schema: StandardSchemaV1<unknown, Payload>;
  /** Messages with the same key are handled in order, one at a time. */
  readonly orderingKey?: (payload: Payload) => string;
  /** The business identity, the same for every retry of one intent. Default: the id of each message. */
  readonly deduplicationKey?: (payload: Payload) => string;
  /**
   * How payloads of older versions are read: from the version named to the next one, without a gap up to `version`. They must be
   * plain functions: an upcast that answers with a promise fails.
   */
  readonly upcasts?: Readonly<Record<number, Upcast>>;
}

const namePattern = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const nameCharsMax = 100;

/** Checks a declaration and reports every problem at once. @throws `invalid-contract` */
export function createContract<Payload, Kind extends 'command' | 'event'>(
  kind: Kind,
  options: ContractOptions<Payload>,
): Contract<Payload, Kind> {
  const problems = [...findProblems(options)];
  const [first] = problems;
  if (first !== undefined) {
    const list = problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
    throw new BusError({
      code: 'invalid-contract',
      // Quoted as JSON, so that nothing in a wrong name can forge a line of a log.
      message: `The ${kind} ${JSON.stringify(options.name)}: ${list}.`,
      path: first.path,
    });
  }
  const { name, version, schema, orderingKey, deduplicationKey, upcasts = {} } = options;
  return {
    kind,
    name,
    version,
    schema,
    orderingKey,
    deduplicationKey,
    upcasts: new Map(Object.entries(upcasts).map(([from, upcast]) => [Number(from), upcast])),
  };
}

interface Problem {
  readonly path: string;
  readonly problem: string;
}

function* findProblems<Payload>(options: ContractOptions<Payload>): Generator<Problem> {
  const { name, version, schema, orderingKey, deduplicationKey, upcasts = {} } = options;
  if (typeof name !== 'string' || name.length > nameCharsMax || !namePattern.test(name)) {
    yield {
      path: 'name',
      problem: `must be lower-case words joined by "-" or ".", at most ${nameCharsMax} characters`,
    };
  }
  if (!Number.isSafeInteger(version) || version < 1)
    yield { path: 'version', problem: 'must be a whole number from 1' };
  if (typeof schema?.['~standard']?.validate !== 'function')
    yield { path: 'schema', problem: 'must be a Standard Schema' };
  for (const [path, key] of Object.entries({ orderingKey, deduplicationKey })) {
    if (key !== undefined && typeof key !== 'function') yield { path, problem: 'must be a function of the payload' };
  }
  yield* findUpcastProblems(version, upcasts);
}

const versionPattern = /^[1-9]\d{0,14}$/;

function* findUpcastProblems(version: number, upcasts: Readonly<Record<string, Upcast>>): Generator<Problem> {
  if (typeof upcasts !== 'object' || upcasts === null) {
    yield { path: 'upcasts', problem: 'must be functions by version' };
    return;
  }
  for (const [from, upcast] of Object.entries(upcasts)) {
    const path = `upcasts.${from}`;
    const isOlder = versionPattern.test(from) && Number(from) < version;
    if (!isOlder) yield { path, problem: 'must be named by a version below the contract’s' };
    else if (Number(from) + 1 < version && !Object.hasOwn(upcasts, Number(from) + 1))
      yield { path, problem: `must be followed by an upcast from version ${Number(from) + 1}` };
    if (typeof upcast !== 'function') yield { path, problem: 'must be a function' };
  }
}
