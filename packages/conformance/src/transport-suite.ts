import { cases } from './cases/cases.ts';
import type { Harness } from './harness/harness.ts';
import { openWorld } from './harness/open-world.ts';
import { checkAbsent, findLack } from './harness/provision.ts';
import type { World } from './harness/world.ts';
import { properties } from './properties/properties.ts';
import type { PropertyId } from './properties/properties.ts';
import type { Suite } from './runner/suite.ts';

/** What a transport is proven by. */
export const transportSuite: Suite<PropertyId, Harness, World> = {
  kind: 'transport',
  properties,
  cases,
  countLabels: {
    sent: 'messages sent',
    unknown: 'of unknown outcome',
    delivered: 'deliveries',
    faults: 'faults landed',
    lost: 'lost',
    repeated: 'delivered again after they were accepted',
    reordered: 'out of order',
  },
  openWorld,
  findLack,
  checkAbsent,
};
