import type { Clock } from '@waybill/core/driver';
import type { ChargeLookUp, ChargeRequest, ChargeResult } from '../domain/charge.ts';
import type { Money } from '../domain/money.ts';
import { drawChargeFate } from './charge-fate.ts';
import type { ChargeFate } from './charge-fate.ts';
import type { ProviderBehaviour } from './provider-behaviour.ts';

/** One charge that was really made. */
export interface LedgerEntry {
  readonly chargeId: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: Money;
  readonly key: string | undefined;
  readonly capturedAtMs: number;
}

export type ChargeAnswer =
  | ChargeResult
  /** The same key is being worked on. */
  | { readonly status: 'processing' }
  /** Before or after the capture: a provider that fails does not know either. */
  | { readonly status: 'error' }
  | { readonly status: 'silence' };

export interface ChargeDeskOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly behaviour: ProviderBehaviour;
}

/** The payment provider without its HTTP: takes charges, keeps the ledger that everything is counted from. */
export interface ChargeDesk {
  /** Works on even when whoever asked has gone, as real providers do. */
  readonly charge: (request: ChargeRequest) => Promise<ChargeAnswer>;
  readonly lookUp: (key: string) => ChargeLookUp;
  /** In the order of capture; only ever appended to. */
  readonly ledger: () => readonly LedgerEntry[];
  /** Requests that are being worked on. */
  readonly inFlight: () => number;
}

/** What happened under one key so far. */
interface KeyRecord {
  running: number;
  result: ChargeResult | undefined;
}

export function createChargeDesk({ clock, seed, behaviour }: ChargeDeskOptions): ChargeDesk {
  const ledger: LedgerEntry[] = [];
  const attempts = new Map<string, number>();
  const records = new Map<string, KeyRecord>();
  let inFlight = 0;

  const nextFate = (customerId: string): ChargeFate => {
    const attempt = (attempts.get(customerId) ?? 0) + 1;
    attempts.set(customerId, attempt);
    return drawChargeFate(behaviour, seed, customerId, attempt);
  };

  const recordOf = (key: string | undefined): KeyRecord => {
    const record = (key === undefined ? undefined : records.get(key)) ?? { running: 0, result: undefined };
    if (key !== undefined) records.set(key, record);
    return record;
  };

  const capture = (request: ChargeRequest): ChargeResult => {
    const chargeId = `ch_${ledger.length + 1}`;
    ledger.push({ ...request, chargeId, capturedAtMs: clock.now() });
    return { status: 'captured', chargeId };
  };

  const work = async (request: ChargeRequest, record: KeyRecord, fate: ChargeFate): Promise<ChargeAnswer> => {
    await clock.sleep(fate.latencyMs);
    if (fate.ending === 'error-before-capture') return { status: 'error' };
    const result: ChargeResult = fate.isDeclined ? { status: 'declined' } : capture(request);
    record.result = result;
    if (fate.ending === 'silent-after-capture') return { status: 'silence' };
    return fate.ending === 'error-after-capture' ? { status: 'error' } : result;
  };

  return {
    charge: async (request) => {
      const record = recordOf(request.key);
      const known = lookUp(record);
      if (behaviour.honoursIdempotencyKeys && known.status !== 'absent') return known;
      record.running += 1;
      inFlight += 1;
      try {
        return await work(request, record, nextFate(request.customerId));
      } finally {
        record.running -= 1;
        inFlight -= 1;
      }
    },
    lookUp: (key) => lookUp(records.get(key)),
    ledger: () => ledger,
    inFlight: () => inFlight,
  };
}

function lookUp(record: KeyRecord | undefined): ChargeLookUp {
  if (record?.result !== undefined) return record.result;
  return { status: record === undefined || record.running === 0 ? 'absent' : 'processing' };
}
