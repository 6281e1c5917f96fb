import type { ChildReport } from './child-order.ts';

type Asked = Extract<ChildReport, { readonly id: number }>;
/** Each kind of report by itself, so that leaving the id out does not mix them up. */
type WithoutId<Report> = Report extends unknown ? Omit<Report, 'id'> : never;

/** Tells the parent, one thing after the other. */
export interface Reporter {
  readonly tell: (report: ChildReport) => void;
  /** Resolves when the parent has written it down. */
  readonly ask: (report: WithoutId<Asked>) => Promise<void>;
  readonly answered: (id: number) => void;
}

export function createReporter(send: (report: ChildReport) => void): Reporter {
  const waiting = new Map<number, () => void>();
  let count = 0;
  return {
    tell: send,
    ask: async (report) => {
      count += 1;
      const id = count;
      const answer = new Promise<void>((resolve) => waiting.set(id, resolve));
      send({ ...report, id });
      await answer;
    },
    answered: (id) => {
      waiting.get(id)?.();
      waiting.delete(id);
    },
  };
}
