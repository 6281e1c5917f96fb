import type { LeaseOutcome, Receipt, SettleOutcome, Settlement, TransportReceiver } from '@waybill/core/driver';
import type { Holdings } from './holdings.ts';
import { isConnectionLost, lostError, refusedError } from './remote-broker-error.ts';
import type { RemoteSession } from './remote-session.ts';
import type { Renewed } from './renewed.ts';
import type { Answers } from './requests.ts';

export interface RemoteSettlementsOptions {
  readonly open: Renewed;
  readonly holdings: Holdings;
  /** Of the receiver. */
  readonly number: number;
}

export interface RemoteSettlements {
  readonly settle: TransportReceiver['settleBatch'];
  readonly extend: TransportReceiver['extendBatch'];
}

type WireSettled = Answers['settle'][number];

/** What is done with deliveries that a receiver holds. One that it does not hold is lost, without a word to the broker. */
export function createRemoteSettlements({ open, holdings, number }: RemoteSettlementsOptions): RemoteSettlements {
  const settledAs = (receipt: Receipt, { status, error }: WireSettled): SettleOutcome => {
    if (status === 'failed') return { status, error: error === undefined ? lostError() : refusedError(error) };
    if (status === 'settled') holdings.settle(receipt);
    return { status: holdings.isSettled(receipt) ? 'settled' : status };
  };

  return {
    settle: async (settlements) => {
      const receipts = settlements.map(({ receipt }) => receipt);
      const numbers = receipts.map(holdings.numberOf);
      const wire = settlements.flatMap((settlement, index) => {
        const receipt = numbers[index];
        return receipt === undefined ? [] : [{ receipt, action: settlement.action, delayMs: delayMsOf(settlement) }];
      });
      const ask = (session: RemoteSession): Promise<Answers['settle']> =>
        session.ask({ ask: 'settle', receiver: number, settlements: wire });
      const answers = await askAboutHeld<WireSettled>(open, numbers, ask, { status: 'lost' });
      return receipts.map((receipt, index) => settledAs(receipt, answers[index] ?? { status: 'lost' }));
    },
    extend: (receipts, leaseMs) => {
      const numbers = receipts.map(holdings.numberOf);
      const held = numbers.filter((each) => each !== undefined);
      const ask = (session: RemoteSession): Promise<readonly LeaseOutcome[]> =>
        session.ask({ ask: 'extend', receiver: number, receipts: held, leaseMs });
      return askAboutHeld<LeaseOutcome>(open, numbers, ask, 'lost');
    },
  };
}

function delayMsOf(settlement: Settlement): number {
  return settlement.action === 'accept' ? 0 : settlement.delayMs;
}

/**
 * Asks about what is held, which is held on the present connection, and fills in the rest. If that connection ends meanwhile, everything on
 * it is lost.
 */
async function askAboutHeld<Answer>(
  { present }: Renewed,
  numbers: readonly (number | undefined)[],
  ask: (session: RemoteSession) => Promise<readonly Answer[]>,
  lost: Answer,
): Promise<readonly Answer[]> {
  if (present === undefined || numbers.every((number) => number === undefined)) return numbers.map(() => lost);
  const answers = await ask(present).catch((error: unknown) => {
    if (isConnectionLost(error)) return [];
    throw error;
  });
  const inOrder = answers.values();
  return numbers.map((number) => (number === undefined ? lost : (inOrder.next().value ?? lost)));
}
