import { PublishBatchCommand } from '@aws-sdk/client-sns';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { WireEntry } from '../message/wire-entry.ts';
import { answersOf } from './send-target.ts';
import type { SendTarget } from './send-target.ts';

/** Of SNS, for a message and for a request. */
const requestBytesMax = 262_144;

export function topicTarget(sns: SNSClient, arn: string): SendTarget {
  return {
    requestBytesMax,
    send: async (entries, signal) => {
      const command = new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: entries.map(toEntry) });
      return answersOf(entries.length, await sns.send(command, { abortSignal: signal }));
    },
  };
}

function toEntry({ body, attributes, groupId, deduplicationId }: WireEntry, place: number) {
  return {
    Id: String(place),
    Message: body,
    MessageAttributes: attributes,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  };
}
