/** What users act on. `retryable`: the same call may succeed later without a change. */
export interface ErrorEntry {
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const entry = (retryable: boolean, meaning: string, remedy: string): ErrorEntry => ({ retryable, meaning, remedy });

/** Every code the shop can report: the one place where a code is defined. */
export const errorTable = {
  // The request as bytes
  'malformed-body': entry(false, 'The body is not JSON.', 'Send one JSON object in UTF-8.'),
  'body-too-deep': entry(
    false,
    'The body is nested too deeply.',
    'Send lines and customer as documented, without further nesting.',
  ),
  'body-too-large': entry(false, 'The body is larger than allowed.', 'Send fewer lines.'),
  'unsupported-media-type': entry(
    false,
    'The body is of another media type.',
    'Send `Content-Type: application/json`.',
  ),
  'malformed-request': entry(false, 'The HTTP request cannot be read.', 'Correct the request line and headers.'),
  'not-found': entry(
    false,
    'There is nothing under this method and path.',
    'Use `POST /checkouts` or `GET /orders/:id`.',
  ),
  // The request as a checkout
  'invalid-request': entry(false, 'The checkout does not fit its schema.', 'Correct the field that `path` names.'),
  'unknown-product': entry(
    false,
    'A product is not in the catalogue.',
    'Take the line out, or correct its `productId`.',
  ),
  'amount-too-large': entry(false, 'The total is beyond what can be charged.', 'Split the checkout.'),
  'order-not-found': entry(false, 'No order has that number.', 'Use the `orderId` of the answer to `POST /checkouts`.'),
  // The idempotency key
  'idempotency-key-missing': entry(
    false,
    'The request names no wish.',
    'Send `Idempotency-Key`: one new UUID for each form that is shown.',
  ),
  'idempotency-key-invalid': entry(
    false,
    'The idempotency key cannot be used.',
    'Send 1 to 255 printable ASCII characters, such as a UUID.',
  ),
  'idempotency-key-reused': entry(
    false,
    'The key was used for another checkout.',
    'Use a new key for a changed cart; the old key keeps its order.',
  ),
  'request-in-progress': entry(
    true,
    'The same checkout is being placed right now.',
    'Repeat it with the same key after `Retry-After`.',
  ),
  // Payment
  'payment-declined': entry(false, 'The provider refused the payment.', 'Use another means of payment.'),
  'payment-unknown': entry(
    true,
    'The provider gave no usable answer; it may have charged.',
    'Look the charge up by its key before you try again.',
  ),
  // The shop itself
  'illegal-transition': entry(
    false,
    'An order or payment cannot change so.',
    'Read its state again: someone else has settled it.',
  ),
  'invalid-catalogue': entry(
    false,
    'The catalogue file has problems; all are listed.',
    'Correct each path that is listed.',
  ),
  'invalid-options': entry(
    false,
    'A command line option has no legal value.',
    'Correct the option that the message names.',
  ),
  'port-in-use': entry(
    false,
    'Another program listens where a server should.',
    'Stop it, or name another port; `--help` says how.',
  ),
  'database-unavailable': entry(
    true,
    'The database of the orders cannot be opened.',
    'Correct what the message names, or unset `DATABASE_URL` to use the embedded one.',
  ),
  unavailable: entry(true, 'The shop cannot take the order right now.', 'Repeat it with the same key in a moment.'),
  internal: entry(false, 'The shop made a mistake.', 'Report it with the time of the request.'),
} as const satisfies Record<string, ErrorEntry>;

export type CheckoutErrorCode = keyof typeof errorTable;
