import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { TopologyStage } from './topology-stage.ts';

/** What somebody does at the console, past the topology. */
export interface ByHand {
  readonly queueUrl: (name: string) => Promise<string>;
  readonly queueArn: (name: string) => Promise<string>;
  readonly queue: (name: string) => Promise<Readonly<Record<string, string>>>;
  readonly setQueue: (name: string, attributes: Readonly<Record<string, string>>) => Promise<void>;
  readonly deleteQueue: (name: string) => Promise<void>;
  /** Bodies of what lies in a queue, one look. */
  readonly bodies: (name: string) => Promise<readonly string[]>;
  readonly subscription: (queue: string) => Promise<Readonly<Record<string, string>>>;
  readonly setSubscription: (queue: string, attribute: string, value: string) => Promise<void>;
  readonly unsubscribe: (queue: string) => Promise<void>;
  readonly subscribe: (queue: string, attributes: Readonly<Record<string, string>>) => Promise<void>;
}

/** `topicArn` is that of the topic whose subscriptions are meant. */
export function byHand({ clients: { sqs, sns } }: TopologyStage, topicArn = ''): ByHand {
  const queueUrl = async (name: string): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';

  const queue = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(name), AttributeNames: ['All'] });
    return (await sqs.send(command)).Attributes ?? {};
  };

  const subscriptionArn = async (name: string): Promise<string> => {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
    return Subscriptions.find(({ Endpoint = '' }) => Endpoint.endsWith(`:${name}`))?.SubscriptionArn ?? '';
  };

  return {
    queueUrl,
    queueArn: async (name) => (await queue(name))['QueueArn'] ?? '',
    queue,
    setQueue: async (name, attributes) => {
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: await queueUrl(name), Attributes: attributes }));
    },
    deleteQueue: async (name) => {
      await sqs.send(new DeleteQueueCommand({ QueueUrl: await queueUrl(name) }));
    },
    bodies: async (name) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: await queueUrl(name),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
      });
      return ((await sqs.send(command)).Messages ?? []).map(({ Body = '' }) => Body);
    },
    subscription: async (name) => {
      const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: await subscriptionArn(name) });
      return (await sns.send(command)).Attributes ?? {};
    },
    setSubscription: async (name, attribute, value) => {
      await sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn: await subscriptionArn(name),
          AttributeName: attribute,
          AttributeValue: value,
        }),
      );
    },
    unsubscribe: async (name) => {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn: await subscriptionArn(name) }));
    },
    subscribe: async (name, attributes) => {
      const { QueueArn: arn } = await queue(name);
      await sns.send(
        new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: arn, Attributes: attributes }),
      );
    },
  };
}
