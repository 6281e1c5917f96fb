/** How fast faults come: as fast as asked for, or slower where a group under them would never be done. */
export interface Pace {
  readonly everyMs: () => number;
  /** Told how many effects there are every so often. */
  readonly look: (effects: number) => void;
  /** A sentence for each time it was slowed down. */
  readonly slowed: readonly string[];
}

/** How often it is to be told. */
export const paceLookMs = 10_000;
/** With less than that in one look a run would take half an hour. */
const leastOneOf = 180;

export function createPace(everyMs: number, records: number): Pace {
  const slowed: string[] = [];
  let now = everyMs;
  let seen = 0;
  return {
    everyMs: () => now,
    look: (effects) => {
      const done = effects - seen;
      seen = effects;
      if (done >= records / leastOneOf) return;
      slowed.push(`with one each ${now} ms only ${done} effects in ${paceLookMs / 1000} s, so each ${now * 2} ms`);
      now *= 2;
    },
    slowed,
  };
}
