import type { Random } from '@waybill/core/driver';
import type { Catalogue } from '../domain/catalogue.ts';
import type { CheckoutLine } from '../domain/checkout-request.ts';
import { drawBetween, drawInteger } from '../domain/distributions.ts';
import { seededRandom } from '../domain/seeded-random.ts';

/**
 * One buyer who wants one thing once. Each wish has a customer of its own, which is how every order and charge is traced back to
 * the wish it came from, whatever the architecture made of it.
 */
export interface Wish {
  readonly customerId: string;
  readonly email: string;
  readonly lines: readonly CheckoutLine[];
  /** The token that a form carries; sent with every submit of this wish. */
  readonly idempotencyKey: string;
  /** First click, counted from the start of the run. */
  readonly arrivalMs: number;
  /** How long the buyer waits for the word that it is paid before doing something. */
  readonly patienceMs: number;
  /** Time between giving up on one submit and the next; as many as there will be resubmits at most. */
  readonly resubmitPausesMs: readonly number[];
  /** The buyer clicks twice: the browser drops the first request under way and sends a second. */
  readonly isDoubleClick: boolean;
}

export interface WorkloadOptions {
  readonly seed: number;
  readonly buyers: number;
  readonly catalogue: Catalogue;
  /** Over how long the buyers come. Default 60,000. */
  readonly arrivalWindowMs?: number;
}

/** Impatience as the exam question tells it: five seconds, then most submit again, some twice. */
export const patienceMs = 5000;
const resubmitShares = { never: 0.15, once: 0.5 };
const pauseMs = { low: 500, high: 3000 };
const doubleClickShare = 0.05;

/** The script of a run: the same seed gives the same buyers to every architecture. */
export function createWorkload({
  seed,
  buyers,
  catalogue,
  arrivalWindowMs = 60_000,
}: WorkloadOptions): readonly Wish[] {
  const productIds = [...catalogue.products.keys()];
  return Array.from({ length: buyers }, (_, index) => {
    const name = `buyer-${String(index + 1).padStart(4, '0')}`;
    const random = seededRandom(seed, 'wish', name);
    return {
      customerId: name,
      email: `${name}@example.com`,
      lines: drawLines(productIds, random),
      idempotencyKey: `form-${seed}-${name}`,
      arrivalMs: drawBetween(0, arrivalWindowMs, random),
      patienceMs,
      resubmitPausesMs: drawPauses(random),
      isDoubleClick: random() < doubleClickShare,
    };
  });
}

function drawLines(productIds: readonly string[], random: Random): readonly CheckoutLine[] {
  const picked = new Set(
    Array.from({ length: drawInteger(1, 3, random) }, () => drawInteger(0, productIds.length - 1, random)),
  );
  return [...picked].map((index) => ({ productId: productIds[index] ?? '', quantity: drawInteger(1, 3, random) }));
}

function drawPauses(random: Random): readonly number[] {
  return Array.from({ length: drawResubmits(random()) }, () => drawBetween(pauseMs.low, pauseMs.high, random));
}

function drawResubmits(draw: number): number {
  if (draw < resubmitShares.never) return 0;
  return draw < resubmitShares.never + resubmitShares.once ? 1 : 2;
}
