import { DeleteTopicCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
} from '@aws-sdk/client-sqs';
import type { Admin } from '@waybill/conformance';
import type { SubscriptionAddress } from '@waybill/core/driver';
import type { RawClient } from './raw-client.ts';

export function createAdmin(client: RawClient): Admin {
  const { sqs, sns } = client;

  const countOf = async (
    subscription: SubscriptionAddress,
    name: 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible',
  ): Promise<number> => {
    const QueueUrl = await client.queueUrlOf(subscription);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
    return Number(Attributes?.[name] ?? 0);
  };

  return {
    depth: (subscription) => countOf(subscription, 'ApproximateNumberOfMessages'),
    inFlight: (subscription) => countOf(subscription, 'ApproximateNumberOfMessagesNotVisible'),
    deleteQueue: async (subscription) => {
      await sqs.send(new DeleteQueueCommand({ QueueUrl: await client.queueUrlOf(subscription) }));
    },
    purge: async (subscription) => {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: await client.queueUrlOf(subscription) }));
    },
    cleanUp: async (runId) => {
      const { QueueUrls = [] } = await sqs.send(
        new ListQueuesCommand({ QueueNamePrefix: `${client.namePrefix}${runId}`, MaxResults: 1000 }),
      );
      for (const QueueUrl of QueueUrls) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      let NextToken: string | undefined;
      do {
        const page = await sns.send(new ListTopicsCommand({ NextToken }));
        const arns = (page.Topics ?? []).flatMap(({ TopicArn }) =>
          TopicArn?.includes(runId) === true ? [TopicArn] : [],
        );
        for (const TopicArn of arns) await sns.send(new DeleteTopicCommand({ TopicArn }));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    },
  };
}
