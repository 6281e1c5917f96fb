import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CheckoutError } from './errors/checkout-error.ts';
import { pathOf } from './errors/path-of.ts';
import type { ShopSettings } from './services.ts';

export interface ServeOptions extends Omit<ShopSettings, 'databaseUrl'> {
  readonly help: boolean;
}

export const serveUsage = `npm run checkout -- [options]

  --port N           where the shop listens (default 3000)
  --provider-port N  where the payment provider listens (default 3001)
  --provider-url URL a payment provider that runs already, instead of one that is started here and forgets its charges
  --config FILE      which broker carries the messages (default: the waybill.config.* that is here, else one in this process)
  --data DIR         where the orders are kept (default .waybill/checkout)
  --help             this text

With DATABASE_URL=postgres://… the orders are kept on that server, in the schemas waybill_checkout and
waybill_checkout_store.
`;

const flags = {
  port: { type: 'string', default: '3000' },
  'provider-port': { type: 'string', default: '3001' },
  'provider-url': { type: 'string' },
  config: { type: 'string' },
  data: { type: 'string', default: '.waybill/checkout' },
  help: { type: 'boolean', default: false },
} as const;

const port = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().max(65_535));
const providerUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// URL' });
const optionsSchema = z.object({
  port,
  'provider-port': port,
  'provider-url': providerUrl.optional(),
  config: z.string().min(1, 'must not be empty').optional(),
  data: z.string().min(1, 'must not be empty'),
  help: z.boolean(),
});

/** Reads the command line of the service. @throws `invalid-options` with every problem, and how it is called */
export function parseServeOptions(args: readonly string[]): ServeOptions {
  const parsed = optionsSchema.safeParse(readFlags(args));
  if (!parsed.success) {
    throw invalidOptions(parsed.error.issues.map(({ path, message }) => `--${pathOf(path)}: ${message}`).join('; '));
  }
  const { port: shop, 'provider-port': provider, 'provider-url': url, config, data, help } = parsed.data;
  return { ports: { shop, provider }, providerUrl: url, config, data, help };
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
