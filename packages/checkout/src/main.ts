import { once } from 'node:events';
import { Container } from 'inversify';
import { CheckoutError } from './errors/checkout-error.ts';
import { parseServeOptions, serveUsage } from './parse-serve-options.ts';
import { services } from './services.ts';
import type { ShopSettings } from './services.ts';
import { wiring } from './wiring.ts';

/** `npm run checkout`: the commit-first shop and its payment provider, until Ctrl+C. */
async function serve(settings: ShopSettings): Promise<void> {
  const container = new Container();
  container.load(wiring(settings));
  const shop = await container.getAsync(services.shop);
  const provider = await container.getAsync(services.provider);
  const checkout = await container.getAsync(services.checkout);
  const providerClient = await container.getAsync(services.providerClient);
  console.log(welcome(shop.origin, provider.origin));

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log('\nStopping: nothing new is taken, payments under way may end.');
  // From the outside in, so that nobody is asked who has gone already.
  await shop.close();
  await checkout.stop();
  await providerClient.close();
  await provider.close();
  // The provider may still be working on a charge whose asker has gone; nobody waits for that.
  process.exit();
}

const welcome = (
  shop: string,
  provider: string,
): string => `The shop listens on ${shop}, its payment provider on ${provider}. Ctrl+C stops both.

Place an order; say it again, and it is the same one:
  curl -i ${shop}/checkouts -H 'Content-Type: application/json' -H 'Idempotency-Key: form-1' \\
    -d '{"customer":{"id":"ada","email":"ada@example.com"},"lines":[{"productId":"fountain-pen","quantity":1}]}'

Look whether it is paid, with the orderId of the answer:
  curl ${shop}/orders/ORDER_ID

See every charge that was really made:
  curl ${provider}/ledger

Meet an error, and read what each one means:
  curl -i ${shop}/checkouts -H 'Content-Type: application/json' -H 'Idempotency-Key: form-2' -d '{"lines":[]}'
  curl ${shop}/problems`;

try {
  const { help, ...options } = parseServeOptions(process.argv.slice(2));
  if (help) console.log(serveUsage);
  else await serve({ ...options, databaseUrl: process.env['DATABASE_URL'] });
} catch (error) {
  if (!(error instanceof CheckoutError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  // One of the servers may have started already and would keep the process alive.
  process.exit(1);
}
