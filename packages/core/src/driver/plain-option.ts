import { z } from 'zod';

export interface PlainOption {
  readonly text: z.ZodType<string>;
  readonly number: z.ZodType<number>;
  readonly truth: z.ZodType<boolean>;
  readonly oneOf: (words: readonly [string, ...string[]]) => z.ZodType<string>;
  /** `wording` is what is said of anything else. */
  readonly list: <Item>(item: z.ZodType<Item>, wording: string) => z.ZodType<readonly Item[]>;
  readonly recordOf: <Value>(value: z.ZodType<Value>) => z.ZodType<Readonly<Record<string, Value>>>;
}

const digits = /^-?\d{1,15}$/u;

/**
 * For drivers: what an option of `transportFromConfig` may be. Variables of the environment hold text only, so a number may come as its digits, a
 * truth value as its word, and a list as text with commas. Each says what to write instead: Zod's own wording names types.
 */
export const plainOption: PlainOption = {
  text: z.string({ error: 'must be text' }),
  number: z.preprocess(
    (value) => (typeof value === 'string' && digits.test(value) ? Number(value) : value),
    z.number({ error: 'must be a number' }),
  ),
  truth: z.preprocess(
    (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
    z.boolean({ error: 'must be true or false' }),
  ),
  oneOf: (words) => z.enum(words, { error: `must be ${inWords(words)}` }),
  list: (item, wording) =>
    z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
      z.array(item, { error: wording }),
    ),
  recordOf: (value) => z.record(z.string(), value, { error: 'must be an object' }),
};

function inWords(words: readonly string[]): string {
  return words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`;
}
