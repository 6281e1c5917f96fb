import type { KafkaAdmin } from '../client/kafka-admin.ts';
import type { KafkaNames } from '../names.ts';
import type { KafkaSettings } from '../options.ts';

/** What everything that looks at topics and groups needs. */
export interface TopologyContext {
  readonly settings: KafkaSettings;
  readonly names: KafkaNames;
  readonly admin: KafkaAdmin;
}
