import type { Random, StoreErrorCode, TransportErrorCode } from '../driver/index.ts';

/** How often calls go wrong, each as a share of all from 0 (default) to 1. */
export interface FaultRates {
  /** Not carried out, and known not to be. */
  readonly refused?: number;
  /** Not carried out, and nobody knows. */
  readonly requestLost?: number;
  /** Carried out, and nobody knows. */
  readonly replyLost?: number;
}

export type Fate = 'passes' | 'refused' | 'request-lost' | 'reply-lost';

export type DrawFate = () => Fate;

export function createFates(random: Random, rates: FaultRates): DrawFate {
  const { refused = 0, requestLost = 0, replyLost = 0 } = rates;
  return () => {
    const draw = random();
    if (draw < refused) return 'refused';
    if (draw < refused + requestLost) return 'request-lost';
    return draw < refused + requestLost + replyLost ? 'reply-lost' : 'passes';
  };
}

/** The error of an injected fault; `codeOf` of the faulty driver reads its code. */
export class InjectedFault<Code extends StoreErrorCode | TransportErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code) {
    super(`An injected fault: ${code}.`);
    this.name = 'InjectedFault';
    this.code = code;
  }
}

export async function callWithFate<Result>(fate: Fate, call: () => Promise<Result>): Promise<Result> {
  if (fate === 'refused') throw new InjectedFault('unavailable');
  if (fate === 'request-lost') throw new InjectedFault('timeout');
  const result = await call();
  if (fate === 'reply-lost') throw new InjectedFault('timeout');
  return result;
}
