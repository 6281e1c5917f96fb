import type { Kafka } from 'kafkajs';
import type { KafkaSettings } from '../../options.ts';
import type { KafkaAdmin } from '../kafka-admin.ts';
import { createCluster } from './cluster.ts';
import type { KafkajsCluster } from './cluster.ts';
import { createGroupQuestions } from './group-questions.ts';
import { createOffsetQuestions } from './offset-questions.ts';
import { createTopicQuestions } from './topic-questions.ts';

export type AdminSettings = Pick<KafkaSettings, 'clock' | 'requestTimeoutMs'>;

/** Connects when it is first asked. */
export interface KafkajsAdmin extends KafkaAdmin {
  readonly close: () => Promise<void>;
}

/** The questions of the transport over connections of kafkajs. */
export function createKafkajsAdmin(kafka: Kafka, settings: AdminSettings): KafkajsAdmin {
  let cluster: KafkajsCluster | undefined;
  const connected = (): KafkajsCluster => (cluster ??= createCluster(kafka));
  return {
    ...createTopicQuestions(connected, settings),
    ...createOffsetQuestions(connected, settings),
    ...createGroupQuestions(connected, settings),
    close: async () => {
      await cluster?.disconnect();
    },
  };
}
