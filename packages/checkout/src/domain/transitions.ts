import { CheckoutError } from '../errors/checkout-error.ts';

/** From each state to those that may follow it; an empty list is an end. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/** @throws `illegal-transition`, naming the thing, so that a race ends in an error and never in a second effect */
export function assertTransition<State extends string>(
  transitions: Transitions<State>,
  subject: string,
  from: State,
  to: State,
): void {
  if (transitions[from].includes(to)) return;
  throw new CheckoutError({ code: 'illegal-transition', message: `${subject} cannot go from ${from} to ${to}.` });
}
