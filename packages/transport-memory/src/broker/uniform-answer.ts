/**
 * The same outcome for every item of a batch, which is what nearly every answer is: one frozen list per length, made again
 * only when the length changes.
 */
export function createUniformAnswer<Outcome>(outcome: Outcome): (length: number) => readonly Outcome[] {
  let latest: readonly Outcome[] = Object.freeze([]);
  return (length) => {
    if (latest.length !== length) latest = Object.freeze(Array.from({ length }, () => outcome));
    return latest;
  };
}
