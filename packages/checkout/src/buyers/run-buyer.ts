import { submitForm } from './submit-form.ts';
import type { BuyerOptions, SubmitOutcome } from './submit-form.ts';
import type { Wish } from './workload.ts';

/** What became of a wish, by the buyer's own watch and memory. */
export interface WishOutcome {
  readonly customerId: string;
  readonly startedAtMs: number;
  readonly answeredAtMs: number | undefined;
  /** Every order number that the shop has told, in order. */
  readonly orderIds: readonly string[];
  readonly submits: number;
  readonly timeouts: number;
}

/** The first request of a double click lives this long. */
const doubleClickMs = 150;

/** A buyer from arrival to the end of all patience. Resolves when the word `paid` or `declined` has come, or no resubmit is left. */
export async function runBuyer(wish: Wish, options: BuyerOptions): Promise<WishOutcome> {
  const { clock } = options;
  await clock.sleep(wish.arrivalMs);
  const startedAtMs = clock.now();
  const first = wish.isDoubleClick ? [await submitForm(wish, doubleClickMs, options)] : [];
  const rest = await submitUntilKnown(wish, options);
  const outcomes = [...first, ...rest];
  return {
    customerId: wish.customerId,
    startedAtMs,
    answeredAtMs: outcomes.find(({ answeredAtMs }) => answeredAtMs !== undefined)?.answeredAtMs,
    orderIds: [...new Set(outcomes.flatMap(({ orderId }) => orderId ?? []))],
    submits: outcomes.length,
    timeouts: rest.filter(({ ending }) => ending === 'given-up').length,
  };
}

async function submitUntilKnown(wish: Wish, options: BuyerOptions): Promise<readonly SubmitOutcome[]> {
  const outcomes: SubmitOutcome[] = [];
  for (const pauseMs of [0, ...wish.resubmitPausesMs]) {
    await options.clock.sleep(pauseMs);
    const outcome = await submitForm(wish, wish.patienceMs, options);
    outcomes.push(outcome);
    if (outcome.ending === 'paid' || outcome.ending === 'declined') break;
  }
  return outcomes;
}
