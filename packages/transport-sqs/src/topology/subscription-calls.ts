import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { alreadyDiffers } from './already-differs.ts';
import type { SubscriptionAttributes } from './subscription-drift.ts';
import type { TopologyContext } from './topology-context.ts';

export interface PresentSubscription {
  readonly arn: string;
  /** The ARN of a queue, for one. */
  readonly endpoint: string;
}

export interface NewSubscription {
  readonly topicArn: string;
  readonly queueArn: string;
  readonly attributes: SubscriptionAttributes;
}

/** What SNS is asked of subscriptions. Every function throws what the SDK throws, and `request-timeout`. */
export interface SubscriptionCalls {
  /** Subscribes a queue; one that is subscribed already, also with other attributes, stays as it is. Answers with the ARN. */
  readonly subscribe: (subscription: NewSubscription) => Promise<string>;
  /** All of a topic's that are confirmed. */
  readonly list: (topicArn: string) => Promise<readonly PresentSubscription[]>;
  readonly read: (arn: string) => Promise<SubscriptionAttributes>;
  readonly repair: (arn: string, attributes: SubscriptionAttributes) => Promise<void>;
}

export function subscriptionCalls({ call, clients: { sns } }: TopologyContext): SubscriptionCalls {
  const list = async (topicArn: string): Promise<readonly PresentSubscription[]> => {
    const found: PresentSubscription[] = [];
    let token: string | undefined;
    do {
      const command = new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken: token });
      const page = await call((abortSignal) => sns.send(command, { abortSignal }));
      for (const { SubscriptionArn: arn = '', Endpoint: endpoint = '' } of page.Subscriptions ?? []) {
        // One that nobody has confirmed has a word in the place of its ARN.
        if (arn.startsWith('arn:')) found.push({ arn, endpoint });
      }
      token = page.NextToken;
    } while (token !== undefined);
    return found;
  };

  return {
    subscribe: async ({ topicArn, queueArn, attributes }) => {
      const command = new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: queueArn,
        Attributes: attributes,
        ReturnSubscriptionArn: true,
      });
      try {
        return (await call((abortSignal) => sns.send(command, { abortSignal }))).SubscriptionArn ?? '';
      } catch (error) {
        if (!alreadyDiffers(error)) throw error;
        const present = (await list(topicArn)).find(({ endpoint }) => endpoint === queueArn);
        if (present === undefined) throw error;
        return present.arn;
      }
    },
    list,
    read: async (arn) => {
      const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: arn });
      return (await call((abortSignal) => sns.send(command, { abortSignal }))).Attributes ?? {};
    },
    repair: async (arn, attributes) => {
      for (const [name, value] of Object.entries(attributes)) {
        const command = new SetSubscriptionAttributesCommand({
          SubscriptionArn: arn,
          AttributeName: name,
          AttributeValue: value,
        });
        await call((abortSignal) => sns.send(command, { abortSignal }));
      }
    },
  };
}
