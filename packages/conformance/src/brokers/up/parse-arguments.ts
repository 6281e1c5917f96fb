import { parseArgs } from 'node:util';
import { brokerKinds, type BrokerKind } from '../broker.ts';

/** What the user asked for. */
export type Request =
  | { readonly command: 'help' }
  /** An empty list means: all that can be had. */
  | { readonly command: 'up'; readonly kinds: readonly BrokerKind[] };

/** A command line that means nothing; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError for an unknown command, option or kind, and for a kind named twice. */
export function parseArguments(words: readonly string[]): Request {
  const { values, positionals } = readWords(words);
  const [command, ...kinds] = positionals;
  if (values.help === true || command === 'help') return { command: 'help' };
  if (command === undefined) throw new UsageError('a command is missing');
  if (command !== 'up') throw new UsageError(`unknown command ${command}`);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) < index);
  // The environment has one place for the address of each kind.
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`);
  return { command, kinds: kinds.map(kindOf) };
}

function readWords(words: readonly string[]) {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function kindOf(word: string): BrokerKind {
  const kind = brokerKinds.find((known) => known === word);
  if (kind === undefined) throw new UsageError(`unknown kind ${word}; the kinds are ${brokerKinds.join(', ')}`);
  return kind;
}
