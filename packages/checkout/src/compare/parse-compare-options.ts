import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CheckoutError } from '../errors/checkout-error.ts';
import { pathOf } from '../errors/path-of.ts';

export interface CompareOptions {
  readonly buyers: number;
  readonly seed: number;
  readonly timeScale: number;
  /** Folder for `comparison.json` and `index.html`. */
  readonly out: string;
  /** One more copy of the JSON, at this path. */
  readonly json: string | undefined;
  /** Where commit first keeps its orders when no server is named. */
  readonly orders: 'memory' | 'pglite';
  readonly help: boolean;
}

export const compareUsage = `npm start -- [options]

  --buyers N      how many buyers, each with one wish (default 200, at most 1000)
  --seed N        the script of the run: same seed, same buyers, same provider (default 1)
  --time-scale N  how many times faster than life (default 20)
  --out DIR       where comparison.json and index.html go (default reports/comparison)
  --json FILE     one more copy of the JSON
  --orders WHERE  what commit first keeps its orders in: pglite (default), which is PostgreSQL inside this process, at
                  no more than 10 times the speed of life, or memory
  --help          this text

With DATABASE_URL=postgres://… commit first keeps its orders on that server, in schemas of its own that it drops at the
end.
`;

const flags = {
  buyers: { type: 'string', default: '200' },
  seed: { type: 'string', default: '1' },
  'time-scale': { type: 'string', default: '20' },
  out: { type: 'string', default: 'reports/comparison' },
  json: { type: 'string' },
  orders: { type: 'string', default: 'pglite' },
  help: { type: 'boolean', default: false },
} as const;

const integer = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);

const optionsSchema = z.object({
  buyers: integer.pipe(z.number().min(1).max(1000)),
  seed: integer.pipe(z.number().max(2 ** 32 - 1)),
  'time-scale': z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(1).max(100)),
  out: z.string().min(1),
  json: z.string().min(1).optional(),
  orders: z.enum(['memory', 'pglite'], { error: 'must be memory or pglite' }),
  help: z.boolean(),
});

/** Reads the command line. @throws `invalid-options` with every problem, and how it is called */
export function parseCompareOptions(args: readonly string[]): CompareOptions {
  const parsed = optionsSchema.safeParse(readFlags(args));
  if (!parsed.success) {
    throw invalidOptions(parsed.error.issues.map(({ path, message }) => `--${pathOf(path)}: ${message}`).join('; '));
  }
  const { 'time-scale': timeScale, json, ...rest } = parsed.data;
  return { ...rest, timeScale, json };
}

function readFlags(args: readonly string[]): unknown {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw invalidOptions(error instanceof Error ? error.message : String(error), error);
  }
}

function invalidOptions(problems: string, cause?: unknown): CheckoutError {
  return new CheckoutError({ code: 'invalid-options', message: `${problems}\n\n${compareUsage}`, cause });
}
