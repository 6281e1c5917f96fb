import { CheckoutError } from '../errors/checkout-error.ts';

const path = 'headers.idempotency-key';

/**
 * Reads `Idempotency-Key`, quoted as the draft standard has it or bare as most clients send it.
 * @throws `idempotency-key-missing`, `idempotency-key-invalid`
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string {
  if (header === undefined || header === '') {
    throw new CheckoutError({
      code: 'idempotency-key-missing',
      message: 'The header Idempotency-Key is missing.',
      path,
    });
  }
  const key = typeof header === 'string' ? unquote(header) : '';
  // A list means that the header came twice; Node joins the values of this header with a comma.
  if (!/^[\x21-\x7E]{1,255}$/.test(key) || key.includes(',')) {
    throw new CheckoutError({
      code: 'idempotency-key-invalid',
      message: 'The header Idempotency-Key cannot be used.',
      path,
    });
  }
  return key;
}

function unquote(header: string): string {
  return header.length > 1 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
}
