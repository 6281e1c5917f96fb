import { parseArgs } from 'node:util';
import { brokerKinds, rabbitmqVersions, type BrokerKind, type RabbitmqVersion } from '../broker.ts';

/** A kind, and its version where one was named, as in `rabbitmq@4`. */
export interface Wish {
  readonly kind: BrokerKind;
  readonly version?: RabbitmqVersion;
}

/** What the user asked for. */
export type Request =
  | { readonly command: 'help' }
  /** An empty list means: all that can be had. */
  | { readonly command: 'up'; readonly wishes: readonly Wish[] };

/** A command line that means nothing; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError for an unknown command, option or kind, and for a kind named twice. */
export function parseArguments(words: readonly string[]): Request {
  const { values, positionals } = readWords(words);
  const [command, ...named] = positionals;
  if (values.help === true || command === 'help') return { command: 'help' };
  if (command === undefined) throw new UsageError('a command is missing');
  if (command !== 'up') throw new UsageError(`unknown command ${command}`);
  const wishes = named.map(wishOf);
  const twice = wishes.find(({ kind }, index) => wishes.findIndex((other) => other.kind === kind) < index);
  // The environment has one place for the address of each kind.
  if (twice !== undefined) throw new UsageError(`${twice.kind} is named twice`);
  return { command, wishes };
}

function readWords(args: readonly string[]) {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wishOf(word: string): Wish {
  const [name, wanted] = word.split('@', 2);
  const kind = brokerKinds.find((known) => known === name);
  if (kind === undefined) throw new UsageError(`unknown kind ${name}; the kinds are ${brokerKinds.join(', ')}`);
  if (wanted === undefined) return { kind };
  if (kind !== 'rabbitmq') throw new UsageError(`no version of ${kind} can be chosen`);
  const version = rabbitmqVersions.find((known) => known === wanted);
  if (version === undefined) throw new UsageError(`unknown version ${wanted}; try ${rabbitmqVersions.join(', ')}`);
  return { kind, version };
}
