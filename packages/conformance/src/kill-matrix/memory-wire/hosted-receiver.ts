import type { LeaseOutcome, Receipt, Settlement, TransportDriver } from '@waybill/core/driver';
import type { Answers, Loss, RequestOf, WireError, WireSettlement } from './requests.ts';

/** A receiver at the broker, with its receipts as numbers. */
export interface HostedReceiver {
  readonly receive: (limit: number) => Promise<Answers['receive']>;
  /** Ends the call that waits. */
  readonly stopReceiving: () => void;
  readonly settle: (settlements: readonly WireSettlement[]) => Promise<Answers['settle']>;
  readonly extend: (numbers: readonly number[], leaseMs: number) => Promise<readonly LeaseOutcome[]>;
  readonly close: () => Promise<void>;
}

export interface HostedReceiverOptions {
  readonly driver: TransportDriver;
  readonly request: RequestOf<'open-receiver'>;
  readonly errorOf: (error: unknown) => WireError;
  readonly tellLost: (loss: Loss) => void;
}

export async function openHostedReceiver(options: HostedReceiverOptions): Promise<HostedReceiver> {
  const { driver, request, errorOf, tellLost } = options;
  const receipts = new Map<number, Receipt>();
  const numbers = new Map<Receipt, number>();
  let count = 0;
  let receiving = new AbortController();

  const forget = (receipt: Receipt): number | undefined => {
    const number = numbers.get(receipt);
    numbers.delete(receipt);
    if (number !== undefined) receipts.delete(number);
    return number;
  };
  /** A number that is not held any more stands for a receipt that nobody has: the broker answers `lost`. */
  const receiptOf = (number: number): Receipt => receipts.get(number) ?? {};
  const settlementOf = ({ receipt, action, delayMs }: WireSettlement): Settlement =>
    action === 'accept' ? { receipt: receiptOf(receipt), action } : { receipt: receiptOf(receipt), action, delayMs };

  const onLost = (lost: readonly Receipt[]): void => {
    const gone = lost.flatMap((receipt) => forget(receipt) ?? []);
    if (gone.length > 0) tellLost({ receiver: request.receiver, receipts: gone });
  };
  const { leaseMs, unsettledMax } = request;
  const receiver = await driver.openReceiver(request.subscription, { leaseMs, unsettledMax, onLost });

  return {
    receive: async (limit) => {
      receiving = new AbortController();
      const deliveries = await receiver.receiveBatch(limit, receiving.signal);
      // By name: the broker's own deliveries hold more than the contract asks for.
      return deliveries.map(({ receipt, message, attempt, enqueuedAtMs, origin }) => {
        count += 1;
        receipts.set(count, receipt);
        numbers.set(receipt, count);
        return { receipt: count, message, attempt, enqueuedAtMs, origin };
      });
    },
    stopReceiving: () => receiving.abort(),
    settle: async (wire) => {
      const settlements = wire.map(settlementOf);
      const outcomes = await receiver.settleBatch(settlements);
      for (const [index, { receipt }] of settlements.entries()) {
        if (outcomes[index]?.status !== 'failed') forget(receipt);
      }
      return outcomes.map((outcome) =>
        outcome.status === 'failed' ? { status: 'failed', error: errorOf(outcome.error) } : outcome,
      );
    },
    extend: (wire, forMs) => receiver.extendBatch(wire.map(receiptOf), forMs),
    close: () => receiver.close(),
  };
}
