import { setTimeout as sleep } from 'node:timers/promises';
import { createBus } from '@waybill/core';
import type { Bus, HandlerOptions } from '@waybill/core';
import { openStore, openTransport } from '../../kill-matrix/shop/open-module.ts';
import { mixSeed } from '../../proxy/mix-seed.ts';
import { numberedCommand } from '../numbered.ts';
import type { Numbered } from '../numbered.ts';
import type { HeldCount } from './held-count.ts';
import type { WorkerSettings } from './worker-protocol.ts';

/** One message of so many takes its time, and the others of its transaction with it. */
const slowOneOf = 8;
const slowMs = { least: 5, most: 50 } as const;

/** A bus that writes each command down in the transaction in which its inbox marks it. Resolves when it consumes. */
export async function openWorker(settings: WorkerSettings, count: HeldCount): Promise<Pick<Bus, 'stop'>> {
  const { name, command, tables, store, transport, leaseMs, seed } = settings;
  const bus = createBus({
    store: await openStore(store),
    transport: count.watch(await openTransport(transport)),
    source: name,
    relay: 'off',
    observe: ({ event }) => {
      if (event === 'duplicate') count.refuse();
    },
  });
  bus.handle(
    numberedCommand(command),
    async (numbered, { transaction }) => {
      if (transaction === undefined) throw new Error('An effect has a transaction.');
      await transaction.query(`insert into ${tables}.effects (key, seq, worker) values ($1, $2, $3)`, [
        numbered.key,
        numbered.seq,
        name,
      ]);
      const takesMs = takesMsOf(numbered, seed);
      if (takesMs > 0) await sleep(takesMs);
    },
    { ...guarantees, leaseMs },
  );
  await bus.start();
  return bus;
}

/** Three transactions of twenty at once. Nothing is poisoned, so whatever fails is tried until it does not. */
const guarantees: HandlerOptions = {
  effect: 'once',
  order: 'per-key',
  onPoison: 'block-key',
  concurrency: 60,
  batch: { max: 20 },
  retry: { backoffMs: 20, backoffMsMax: 500, classify: () => 'retry' },
};

/** The same for every try of a message. */
function takesMsOf({ key, seq }: Numbered, seed: number): number {
  const chance = mixSeed(seed, Number(key), seq) >>> 0;
  if (chance % slowOneOf !== 0) return 0;
  const { least, most } = slowMs;
  return least + (Math.floor(chance / slowOneOf) % (most - least + 1));
}
