import type { Delivery, ReceiverOptions, SubscriptionAddress, TransportReceiver } from '@waybill/core/driver';
import { createHoldings } from './holdings.ts';
import { closedError } from './remote-broker-error.ts';
import type { RemoteConnection } from './remote-connection.ts';
import { createRemoteSettlements } from './remote-settlements.ts';
import { createRenewed } from './renewed.ts';

export interface RemoteReceiverOptions {
  readonly connection: RemoteConnection;
  readonly number: number;
  readonly subscription: SubscriptionAddress;
  readonly receiver: ReceiverOptions;
}

/** Opens the subscription at once, and again on each new connection; what it held on a lost one it tells as lost. */
export async function openRemoteReceiver(options: RemoteReceiverOptions): Promise<TransportReceiver> {
  const { connection, number, subscription, receiver } = options;
  const { leaseMs, unsettledMax, onLost } = receiver;
  const holdings = createHoldings(onLost);
  const open = createRenewed({
    connection,
    number,
    open: async (session) => {
      session.onLoss(number, holdings.lose);
      session.onEnd(holdings.loseAll);
      await session.ask({ ask: 'open-receiver', receiver: number, subscription, leaseMs, unsettledMax });
    },
  });
  await open.session();
  const { settle, extend } = createRemoteSettlements({ open, holdings, number });
  let fetching: Promise<void> | undefined;
  let isWanted = true;

  const fetch = async (limit: number): Promise<void> => {
    const session = await open.session();
    if (isWanted) holdings.add(await session.ask({ ask: 'receive', receiver: number, limit }));
  };

  /** One call at the broker at a time: what it brings after its caller has left is there for the next. */
  const fetchOnce = (limit: number): Promise<void> => {
    fetching ??= fetch(limit).finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  const receive = async (limit: number, signal: AbortSignal): Promise<readonly Delivery[]> => {
    if (holdings.early > 0 || signal.aborted) return holdings.take(signal.aborted ? 0 : limit);
    isWanted = true;
    await endOrAbort(fetchOnce(limit), signal);
    if (!signal.aborted) return holdings.take(limit);
    isWanted = false;
    void open.present?.ask({ ask: 'stop-receive', receiver: number }).catch(() => undefined);
    return [];
  };

  const unlessClosed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (open.isClosed || connection.isClosed) throw closedError();
    return work();
  };

  return {
    receiveBatch: (limit, signal) =>
      unlessClosed(() =>
        receive(limit, signal).catch((error: unknown) => {
          if (open.isClosed) return [];
          throw error;
        }),
      ),
    settleBatch: (settlements) => unlessClosed(() => settle(settlements)),
    extendBatch: (receipts, forMs) => unlessClosed(() => extend(receipts, forMs)),
    close: async () => {
      holdings.drop();
      await open.close();
    },
  };
}

/** Rejects as the work does; an abort ends the waiting and not the work. */
function endOrAbort(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve();
    signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
