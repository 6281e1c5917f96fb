/** One limit in the units of the algorithm. */
export interface GcraLimit {
  /** Time that one request takes up, in microseconds. */
  readonly intervalUs: number;
  /** How far ahead of the clock a key may be: the interval times the burst. */
  readonly capacityUs: number;
}

export interface GcraVerdict {
  readonly isAllowed: boolean;
  /** The theoretical arrival time to remember. */
  readonly nextUs: number;
  /** Requests of cost 1 that would be allowed at once after this one. */
  readonly remaining: number;
  /** Until a request of this cost is allowed; 0 when it was. `Infinity` when it never is. */
  readonly retryAfterUs: number;
}

/**
 * The generic cell rate algorithm: a key is a single time, up to which its requests have taken up the rate. The script of the rate limiter
 * decides by the same arithmetic on Redis; this says it in full, for what the script leaves out and for its tests.
 * @param arrivalUs the time that is remembered of the key; anything not later than now when there is none
 */
export function gcra(limit: GcraLimit, arrivalUs: number, nowUs: number, cost: number): GcraVerdict {
  const { intervalUs, capacityUs } = limit;
  // Never more than full: the limit may have been lowered, or the clock of the server set back.
  const fromUs = Math.min(Math.max(arrivalUs, nowUs), nowUs + capacityUs);
  const nextUs = fromUs + cost * intervalUs;
  const missingUs = nextUs - (nowUs + capacityUs);
  const isAllowed = missingUs <= roundingUs;
  const keptUs = isAllowed ? nextUs : fromUs;
  return {
    isAllowed,
    nextUs: keptUs,
    remaining: Math.max(0, Math.floor((nowUs + capacityUs - keptUs + roundingUs) / intervalUs)),
    retryAfterUs: isAllowed ? 0 : retryAfter(limit, missingUs, cost),
  };
}

/** Sums of fractions of a microsecond are not exact; a whole burst must fit into its capacity all the same. */
export const roundingUs = 0.5;

const retryAfter = ({ intervalUs, capacityUs }: GcraLimit, missingUs: number, cost: number): number =>
  cost * intervalUs > capacityUs + roundingUs ? Number.POSITIVE_INFINITY : missingUs;
