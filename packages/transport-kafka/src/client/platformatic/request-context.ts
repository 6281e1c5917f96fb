import type { Cluster } from './cluster.ts';
import type { Connections } from './connections.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/** What every request is made with. */
export interface RequestContext {
  readonly platformatic: Platformatic;
  readonly settings: PlatformaticSettings;
  readonly cluster: Cluster;
  readonly connections: Connections;
}
