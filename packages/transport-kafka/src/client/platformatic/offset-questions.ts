import type { KafkaAdmin } from '../kafka-admin.ts';
import { askAgain } from './ask-again.ts';
import type { RequestContext } from './request-context.ts';
import { timestampsAt } from './timestamps-at.ts';
import { earliest, latest, offsetsAt } from './topic-offsets.ts';
import { freshLayout } from './topic-questions.ts';

type OffsetQuestions = Pick<KafkaAdmin, 'endsOf' | 'offsetsAt' | 'timestampsAt'>;

export function createOffsetQuestions(context: RequestContext): OffsetQuestions {
  const { settings, cluster } = context;
  const partitionsOf = async (topic: string): Promise<readonly number[]> => [
    ...(await freshLayout(context, topic)).leaders.keys(),
  ];
  return {
    endsOf: (topic) =>
      askAgain(settings, async () => {
        const partitions = await partitionsOf(topic);
        const [lows, highs] = await Promise.all([
          offsetsAt(context, topic, partitions, earliest),
          offsetsAt(context, topic, partitions, latest),
        ]);
        return new Map(partitions.map((one) => [one, { low: lows.get(one) ?? 0, high: highs.get(one) ?? 0 }]));
      }),
    offsetsAt: (topic, timestampMs) =>
      askAgain(settings, async () => {
        const partitions = await partitionsOf(topic);
        const found = await offsetsAt(context, topic, partitions, timestampMs);
        const lacking = partitions.filter((partition) => !found.has(partition));
        return new Map([...found, ...(await offsetsAt(context, topic, lacking, latest))]);
      }),
    timestampsAt: (topic, offsets) =>
      askAgain(settings, () => {
        cluster.forgetTopic(topic);
        return timestampsAt(context, topic, offsets);
      }),
  };
}
