/** What stands where there is no figure. */
export const noFigure = '–';

/** A whole number with groups of thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Milliseconds as seconds, to about three digits and without the unit. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds > 0 && seconds < 0.01) return '<0.01';
  if (seconds < 10) return seconds.toFixed(2);
  return seconds < 100 ? seconds.toFixed(1) : formatCount(Math.round(seconds));
}

/** A share as a percentage; only all is 100 % and only none is 0 %. */
export function formatShare(share: number): string {
  if (share <= 0) return '0 %';
  return share >= 1 ? '100 %' : `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}
