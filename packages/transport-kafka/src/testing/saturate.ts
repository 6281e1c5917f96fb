import type { TransportSender } from '@waybill/core/driver';

export interface SaturateOptions {
  /** Calls under way at once, each with keys of its own. */
  readonly callers: number;
  readonly batch: number;
  readonly keysEach: number;
  /** Until this many are sent in all. */
  readonly records: number;
  /** Called once this many are confirmed. */
  readonly after?: { readonly confirmed: number; readonly run: () => void };
}

export interface Saturated {
  readonly confirmed: readonly string[];
  readonly failed: number;
}

/** Sends as fast as a sender takes it, each record named `key:number`. */
export async function saturate(
  sender: TransportSender,
  { callers, batch, keysEach, records, after }: SaturateOptions,
): Promise<Saturated> {
  const confirmed: string[] = [];
  let sent = 0;
  let failed = 0;
  let hasRun = after === undefined;
  const caller = async (number: number): Promise<void> => {
    for (let at = 0; sent < records; at += 1) {
      sent += batch;
      const names = Array.from({ length: batch }, (_, place) => {
        const n = at * batch + place;
        return { key: `k${number}-${n % keysEach}`, seq: Math.floor(n / keysEach) + 1 };
      });
      const outcomes = await sender.sendBatch(
        names.map(({ key, seq }) => {
          const id = `${key}:${seq}`;
          return { id, key, deduplicationKey: id, headers: {}, body: Buffer.from(id), delayMs: 0 };
        }),
      );
      for (const [place, { status }] of outcomes.entries()) {
        const name = names[place];
        if (status === 'confirmed' && name !== undefined) confirmed.push(`${name.key}:${name.seq}`);
        else failed += 1;
      }
      if (!hasRun && confirmed.length >= (after?.confirmed ?? Infinity)) {
        hasRun = true;
        after?.run();
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  return { confirmed, failed };
}
