import type { References } from './references.ts';

/** The ARNs of what was found or made so far; what was not is a neighbour of it, in the same account and region. */
export interface FoundArns extends References<string> {
  readonly foundQueue: (name: string, arn: string) => void;
  readonly foundTopic: (name: string, arn: string) => void;
  readonly hasQueue: (name: string) => boolean;
  readonly hasTopic: (name: string) => boolean;
  /** Whether enough was found to say the ARN of any queue. */
  readonly knowsPlace: () => boolean;
}

export function createFoundArns(): FoundArns {
  const queues = new Map<string, string>();
  const topics = new Map<string, string>();
  const neighbourOf = (service: 'sqs' | 'sns', name: string): string => {
    const [neighbour = ''] = [
      ...(service === 'sqs' ? queues : topics).values(),
      ...queues.values(),
      ...topics.values(),
    ];
    const [arn, partition, , region, account] = neighbour.split(':');
    return [arn, partition, service, region, account, name].join(':');
  };
  return {
    queueArn: (name) => queues.get(name) ?? neighbourOf('sqs', name),
    topicArn: (name) => topics.get(name) ?? neighbourOf('sns', name),
    foundQueue: (name, arn) => void queues.set(name, arn),
    foundTopic: (name, arn) => void topics.set(name, arn),
    hasQueue: (name) => queues.has(name),
    hasTopic: (name) => topics.has(name),
    knowsPlace: () => queues.size + topics.size > 0,
  };
}
