/** One seed for each combination of numbers, so that every toxic on every connection has its own chance. */
export function mixSeed(...numbers: readonly number[]): number {
  return numbers.reduce((mixed, number) => {
    const next = Math.imul(mixed ^ number, 0x9e3779b1);
    return next ^ (next >>> 15);
  }, 0x243f6a88);
}
