import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { SqsSettings } from '../options.ts';
import { answersOf } from '../sender/send-target.ts';
import type { EntryAnswer } from '../sender/send-target.ts';
import { atMost } from '../time/at-most.ts';
import type { PollRequest } from './poller.ts';

/** The calls that a receiver makes to one queue; batches of up to ten, answered entry by entry. */
export interface QueueCalls {
  readonly receive: (
    request: PollRequest & { readonly leaseSeconds: number },
    signal: AbortSignal,
  ) => Promise<readonly Message[]>;
  readonly remove: (handles: readonly string[]) => Promise<readonly EntryAnswer[]>;
  readonly changeVisibility: (changes: readonly VisibilityChange[]) => Promise<readonly EntryAnswer[]>;
}

export interface VisibilityChange {
  readonly handle: string;
  /** From now on; 0 = it can be received at once. */
  readonly seconds: number;
}

export interface QueueCallsOptions {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly settings: Pick<SqsSettings, 'queueType' | 'longPollSeconds' | 'requestTimeoutMs' | 'clock'>;
}

export function createQueueCalls({ sqs, url, settings }: QueueCallsOptions): QueueCalls {
  const { queueType, longPollSeconds, requestTimeoutMs, clock } = settings;
  const isFifo = queueType === 'fifo';
  return {
    receive: async ({ count, attemptId, leaseSeconds }, cancelled) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: count,
        VisibilityTimeout: leaseSeconds,
        WaitTimeSeconds: longPollSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
        ...(isFifo ? { ReceiveRequestAttemptId: attemptId } : {}),
      });
      const { Messages = [] } = await atMost(longPollSeconds * 1000 + requestTimeoutMs, clock, (late) =>
        sqs.send(command, { abortSignal: AbortSignal.any([cancelled, late]) }),
      );
      return Messages;
    },
    remove: async (handles) => {
      const Entries = handles.map((ReceiptHandle, place) => ({ Id: String(place), ReceiptHandle }));
      const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
      const answer = await atMost(requestTimeoutMs, clock, (late) => sqs.send(command, { abortSignal: late }));
      return answersOf(handles.length, answer);
    },
    changeVisibility: async (changes) => {
      const Entries = changes.map(({ handle, seconds }, place) => ({
        Id: String(place),
        ReceiptHandle: handle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const answer = await atMost(requestTimeoutMs, clock, (late) => sqs.send(command, { abortSignal: late }));
      return answersOf(changes.length, answer);
    },
  };
}
