import type { Clock } from '@waybill/core/driver';
import type { PaymentGateway } from '../domain/charge.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { ChargeAnswer, ChargeDesk } from '../provider/charge-desk.ts';

export interface DeskGatewayOptions {
  readonly desk: ChargeDesk;
  readonly clock: Clock;
}

const timeoutMs = 10_000;

/** The provider without its HTTP, for virtual time: answers, errs, is too slow and falls silent as over the wire. */
export function deskGateway({ desk, clock }: DeskGatewayOptions): PaymentGateway {
  return {
    charge: async (request) => {
      const answer = await Promise.race([desk.charge(request), silence(clock)]);
      if (answer.status === 'captured' || answer.status === 'declined') return answer;
      if (answer.status === 'silence') await clock.sleep(timeoutMs);
      throw new CheckoutError({ code: 'payment-unknown', message: `The provider answered ${answer.status}.` });
    },
    lookUp: async (key) => desk.lookUp(key),
  };
}

async function silence(clock: Clock): Promise<ChargeAnswer> {
  await clock.sleep(timeoutMs);
  return { status: 'error' };
}
