import type { PropertyId } from '../properties/properties.ts';
import type { Mode } from './mode.ts';
import type { World } from './world.ts';

/** A closed test of one property: a driver can pass or fail it, not change it. */
export interface ConformanceCase<Id extends string = PropertyId, Place = World> {
  readonly id: Id;
  /** What it does, where a property has several. */
  readonly title: string;
  readonly modes: readonly Mode[];
  /** `positive`: run where the property is native or emulated. `negative`: run where it is unsupported, to see asking for it refused. */
  readonly kind: 'positive' | 'negative';
  /** Runs while no other case does: it breaks the broker for all, or measures what others would disturb. */
  readonly isAlone: boolean;
  /** What it cannot do without. Where that is missing it is not run. */
  readonly needs: readonly string[];
  /** @throws ConformanceFailure when the property does not hold, NotRunnable when it cannot be told, NotApplicable when there is nothing to tell */
  readonly run: (world: Place) => Promise<void>;
}
