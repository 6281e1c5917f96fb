/** Counts what is under way, also where whoever asked has gone. */
export interface Activity {
  readonly track: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly running: () => number;
}

export function createActivity(): Activity {
  let running = 0;
  return {
    track: async (work) => {
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
      }
    },
    running: () => running,
  };
}
