import type { IdRange } from './stretches.ts';

/** Fewer are walked over in less time than it takes to look for what is behind them. */
const idsMin = 50;

/** Ranges all of whose ids are among these, so that no other row can be there, now or later. */
export function idRuns(ids: readonly number[]): readonly IdRange[] {
  const runs: IdRange[] = [];
  let low = Number.NaN;
  let high = Number.NaN;
  const end = (): void => {
    if (high - low + 1 >= idsMin) runs.push({ low, high });
  };
  for (const id of Float64Array.from(ids).toSorted()) {
    if (id !== high + 1) {
      end();
      low = id;
    }
    high = id;
  }
  end();
  return runs;
}
