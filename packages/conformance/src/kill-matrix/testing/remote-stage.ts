import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Delivery, TransportDriver, TransportMessage, TransportReceiver } from '@waybill/core/driver';
import type { HoldingReport } from './holding-child.ts';

/** The one queue of these tests. */
export const orders = { kind: 'command', channel: 'orders', group: 'workers' } as const;

export function message(id: string, key = 'key'): TransportMessage {
  return { id, key, deduplicationKey: id, headers: { type: 'order' }, body: Buffer.from(id), delayMs: 0 };
}

export const idsOf = (deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.map((delivery) => delivery.message.id);

export const never: AbortSignal = new AbortController().signal;

export interface OpenReceiver extends TransportReceiver {
  readonly lost: object[];
  readonly accept: (deliveries: readonly Delivery[]) => Promise<readonly string[]>;
}

export async function receiverOn(transport: TransportDriver, leaseMs = 60_000): Promise<OpenReceiver> {
  const lost: object[] = [];
  const onLost = (receipts: readonly object[]): void => void lost.push(...receipts);
  const receiver = await transport.openReceiver(orders, { leaseMs, unsettledMax: 1000, onLost });
  const accept = async (deliveries: readonly Delivery[]): Promise<readonly string[]> => {
    const outcomes = await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
    return outcomes.map(({ status }) => status);
  };
  return { ...receiver, lost, accept };
}

export interface HoldingChild {
  readonly process: ChildProcess;
  /** Waits for the next report of that kind. */
  readonly next: <Kind extends HoldingReport['report']>(
    kind: Kind,
  ) => Promise<Extract<HoldingReport, { readonly report: Kind }>>;
}

/** A process that takes what is in the queue and does not settle it. */
export function startHoldingChild(port: number, leaseMs: number): HoldingChild {
  const child = fork(fileURLToPath(new URL('holding-child.ts', import.meta.url)), [String(port), String(leaseMs)], {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const reports: HoldingReport[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (report: HoldingReport) => {
    reports.push(report);
    for (const look of waiting) look();
  });
  return {
    process: child,
    next: (kind) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = reports.findIndex(({ report }) => report === kind);
          if (index === -1) return;
          waiting.delete(look);
          const [found] = reports.splice(index, 1);
          // It was found by its kind.
          resolve(found as Extract<HoldingReport, { readonly report: typeof kind }>);
        };
        waiting.add(look);
        look();
      }),
  };
}
