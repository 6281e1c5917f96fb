import type { PropertyId } from '../properties/properties.ts';

/** A known failure of one transport, with an end: the case is still run, and passing or expiring turns it into a failure. */
export interface Deviation {
  readonly id: PropertyId;
  readonly reason: string;
  /** Where it is tracked. */
  readonly link: string;
  /** Last day on which it is accepted, as `2027-01-31`. */
  readonly expires: string;
}
