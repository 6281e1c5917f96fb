import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CheckoutError } from './errors/checkout-error.ts';
import { pathOf } from './errors/path-of.ts';
import type { Ports } from './services.ts';

export interface ServeOptions {
  readonly ports: Ports;
  readonly help: boolean;
}

export const serveUsage = `npm run checkout -- [options]

  --port N           where the shop listens (default 3000)
  --provider-port N  where the payment provider listens (default 3001)
  --help             this text
`;

const flags = {
  port: { type: 'string', default: '3000' },
  'provider-port': { type: 'string', default: '3001' },
  help: { type: 'boolean', default: false },
} as const;

const port = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().max(65_535));
const optionsSchema = z.object({ port, 'provider-port': port, help: z.boolean() });

/** Reads the command line of the service. @throws `invalid-options` with every problem, and how it is called */
export function parseServeOptions(args: readonly string[]): ServeOptions {
  const parsed = optionsSchema.safeParse(readFlags(args));
  if (!parsed.success) {
    throw invalidOptions(parsed.error.issues.map(({ path, message }) => `--${pathOf(path)}: ${message}`).join('; '));
  }
  const { port: shop, 'provider-port': provider, help } = parsed.data;
  return { ports: { shop, provider }, help };
}

function readFlags(args: readonly string[]): unknown {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw invalidOptions(error instanceof Error ? error.message : String(error), error);
  }
}

function invalidOptions(problems: string, cause?: unknown): CheckoutError {
  return new CheckoutError({ code: 'invalid-options', message: `${problems}\n\n${serveUsage}`, cause });
}
