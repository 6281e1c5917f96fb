/** The smallest sample that at least the share `p` of all samples does not exceed; 0 for no samples. `sorted` ascends. */
export function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? 0;
}
