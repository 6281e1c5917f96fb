import { remoteMemoryTransport } from '../remote-memory-transport.ts';

/** What this child tells its parent. */
export type HoldingReport =
  | { readonly report: 'holds'; readonly ids: readonly string[] }
  | { readonly report: 'lost'; readonly count: number }
  | { readonly report: 'settled'; readonly statuses: readonly string[] };

/** Takes what is there, holds it until it is killed or told `settle`, and says what became of it. */
async function main(): Promise<void> {
  const [port, leaseMs] = process.argv.slice(2).map(Number);
  const tell = (report: HoldingReport): void => void process.send?.(report);
  const transport = await remoteMemoryTransport({ port: port ?? 0 });
  const receiver = await transport.openReceiver(
    { kind: 'command', channel: 'orders', group: 'workers' },
    {
      leaseMs: leaseMs ?? 0,
      unsettledMax: 100,
      onLost: (receipts) => tell({ report: 'lost', count: receipts.length }),
    },
  );
  const deliveries = await receiver.receiveBatch(100, new AbortController().signal);
  process.on('disconnect', () => process.exit(1));
  process.on('message', () => {
    const settlements = deliveries.map(({ receipt }) => ({ receipt, action: 'accept' as const }));
    void receiver.settleBatch(settlements).then((outcomes) => {
      tell({ report: 'settled', statuses: outcomes.map(({ status }) => status) });
    });
  });
  tell({ report: 'holds', ids: deliveries.map(({ message }) => message.id) });
}

await main();
