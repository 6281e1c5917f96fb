import type { KafkaProducer } from '../client/kafka-producer.ts';
import { createLane } from './lane.ts';
import type { Lane, LaneOptions } from './lane.ts';
import { createProducerSessions } from './producer-sessions.ts';

/** The lanes of a transport, each made when it is first needed. They share one session, and every sender of a topic shares its lanes. */
export interface Lanes {
  readonly laneOf: (topic: string, partition: number) => Lane;
  /** Call when nothing is under way. Idempotent. */
  readonly close: () => Promise<void>;
}

export interface LanesOptions {
  readonly settings: LaneOptions['settings'];
  readonly openProducer: () => Promise<KafkaProducer>;
}

export function createLanes({ settings, openProducer }: LanesOptions): Lanes {
  const sessions = createProducerSessions(openProducer);
  const byTopic = new Map<string, Lane[]>();

  const lanesOf = (topic: string): Lane[] => {
    let found = byTopic.get(topic);
    if (found === undefined) {
      found = [];
      byTopic.set(topic, found);
    }
    return found;
  };

  return {
    laneOf: (topic, partition) => {
      const lanes = lanesOf(topic);
      return (lanes[partition] ??= createLane({ settings, sessions, topic, partition }));
    },
    close: sessions.close,
  };
}
