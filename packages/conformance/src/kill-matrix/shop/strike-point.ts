import type { Boundary } from '../boundary.ts';
import type { Aim, ShopReport } from './shop-protocol.ts';

/** Tells the proxy which connection the transaction has that has come to a boundary. */
export const strikeMark = 'waybill strikes here';

/** Anything that runs statements in the open transaction. */
export interface Statements {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<unknown>;
}

/** Where a process strikes itself, or has itself struck. */
export interface StrikePoint {
  readonly aim: (aim: Aim) => void;
  /** The proxy is ready. */
  readonly armed: () => void;
  /** Passes a boundary; `transaction` is the one that has come to it. */
  readonly reach: (boundary: Boundary, transaction?: Statements) => Promise<void>;
}

export function createStrikePoint(tell: (report: ShopReport) => void): StrikePoint {
  let due: Aim | undefined;
  let passings = 0;
  let arm = (): void => undefined;

  const strike = async ({ strike: how }: Aim, transaction: Statements | undefined): Promise<void> => {
    if (how.by === 'process') {
      tell({ report: 'struck' });
      process.kill(process.pid, how.signal);
      return;
    }
    const armed = new Promise<void>((resolve) => {
      arm = resolve;
    });
    tell({ report: 'aimed' });
    await armed;
    const isBound = how.request === 'statement' || how.request === 'commit';
    if (isBound) await transaction?.query(`select '${strikeMark}'`);
  };

  return {
    aim: (next) => {
      due = next;
      passings = 0;
    },
    armed: () => arm(),
    // Nothing is awaited where nothing strikes, and a strike by signal comes in the turn of the call.
    reach: (boundary, transaction) => {
      if (due?.boundary !== boundary) return Promise.resolve();
      passings += 1;
      if (passings !== due.time) return Promise.resolve();
      const struck = due;
      due = undefined;
      return strike(struck, transaction);
    },
  };
}
