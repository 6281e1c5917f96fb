import { collectYoungGarbage } from './collect-garbage.ts';
import { median } from './statistics.ts';

export interface Rounds {
  readonly rounds: number;
  /** Run before and not counted. */
  readonly warmUps: number;
}

/** Runs the contestants in turn, round for round, so that a slow moment of the machine hits all of them; answers what each has reached. */
export async function alternate<Name extends string, Reached = number>(
  contestants: Readonly<Record<Name, () => Promise<Reached>>>,
  { rounds, warmUps }: Rounds,
): Promise<Readonly<Record<Name, readonly Reached[]>>> {
  const names = Object.keys(contestants) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as Reached[]])) as Record<Name, Reached[]>;
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of names) {
      // What the last one has left behind is not this one's affair.
      collectYoungGarbage();
      const figure = await contestants[name]();
      if (round >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** The median over the rounds of the one as a share of the other. */
export function ratioOf(of: readonly number[], to: readonly number[]): number {
  return median(of.map((figure, round) => figure / (to[round] ?? Number.NaN)));
}
