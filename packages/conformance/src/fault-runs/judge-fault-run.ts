import type { ScenarioResult } from './run-scenario.ts';

/** What a run is judged by. */
export type JudgedRun = Pick<ScenarioResult, 'scenario' | 'faults' | 'wrongs' | 'witnesses' | 'problem'>;

/** What is wrong with a run, a sentence each: an effect that was lost, doubled or out of order, or a fault that never struck. */
export function problemsOf({ scenario, faults, wrongs, witnesses, problem }: JudgedRun): readonly string[] {
  const { lost, duplicates, reorders, overlaps, contradicted } = wrongs;
  const counts: readonly (readonly [count: number, text: string])[] = [
    [lost, 'confirmed commands have no effect'],
    [duplicates, 'effects beyond the first'],
    [reorders, 'effects out of order'],
    [overlaps, 'effects began before the one before them was committed'],
    [contradicted, 'effects of commands that were rejected'],
  ];
  return [
    ...(problem === undefined ? [] : [problem]),
    ...(faults === 0 ? ['proved nothing: the fault never struck while anything was held'] : []),
    ...counts.flatMap(([count, text]) => (count === 0 ? [] : [`${count} ${text}`])),
    ...witnesses,
  ].map((text) => `${scenario}: ${text}`);
}
