import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { WireEntry } from '../message/wire-entry.ts';
import { answersOf } from './send-target.ts';
import type { SendTarget } from './send-target.ts';

/** Of SQS, for a message and for a request. */
const requestBytesMax = 1_048_576;

export function queueTarget(sqs: SQSClient, url: string): SendTarget {
  return {
    requestBytesMax,
    send: async (entries, signal) => {
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: entries.map(toEntry) });
      return answersOf(entries.length, await sqs.send(command, { abortSignal: signal }));
    },
  };
}

function toEntry({ body, attributes, groupId, deduplicationId }: WireEntry, place: number) {
  return {
    Id: String(place),
    MessageBody: body,
    MessageAttributes: attributes,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  };
}
