import { z } from 'zod';
import { CheckoutError } from '../errors/checkout-error.ts';
import { pathOf } from '../errors/path-of.ts';
import { isStorableText } from './storable-text.ts';

/** Most lines of one checkout, and most pieces of one line. */
export const checkoutLimits = { linesMax: 50, quantityMax: 999 } as const;

const checkoutRequestSchema = z.strictObject({
  customer: z.strictObject({
    id: z.string().min(1).max(64).refine(isStorableText, 'must be whole characters, none of them NUL'),
    email: z.email().max(254),
  }),
  lines: z
    .array(
      z.strictObject({
        productId: z.string().min(1).max(64),
        quantity: z.int().positive().max(checkoutLimits.quantityMax),
      }),
    )
    .min(1)
    .max(checkoutLimits.linesMax),
});

/** A submitted checkout form, validated. Without prices: those are the catalogue's. */
export type CheckoutRequest = z.infer<typeof checkoutRequestSchema>;

export type CheckoutLine = CheckoutRequest['lines'][number];

/** @throws `invalid-request` with the path of the first problem and all of them in the message */
export function parseCheckoutRequest(body: unknown): CheckoutRequest {
  const parsed = checkoutRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new CheckoutError({
    code: 'invalid-request',
    message: `The checkout is wrong: ${issues.map((issue) => `${pathOf(issue.path)}: ${issue.message}`).join('; ')}.`,
    path: pathOf(issues[0]?.path ?? []),
  });
}
