import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { SqsSettings } from '../options.ts';
import { SqsTransportError } from '../sqs-error.ts';
import { atMost } from '../time/at-most.ts';
import type { AwsClients } from './create-clients.ts';

/** Where queues and topics are reached, by their names; asked once for each. */
export interface Addresses {
  /** Rejects with the SDK's `QueueDoesNotExist`. */
  readonly queueUrlOf: (name: string) => Promise<string>;
  /** Rejects with `topic-missing` where the account is unknown and no list of topics has it. */
  readonly topicArnOf: (name: string) => Promise<string>;
  /** What topology has made or found need not be asked for. */
  readonly rememberQueue: (name: string, url: string) => void;
  readonly rememberTopic: (name: string, arn: string) => void;
}

type AddressSettings = Pick<SqsSettings, 'region' | 'accountId' | 'clock' | 'requestTimeoutMs'>;

export function createAddresses(
  { sqs, sns }: Pick<AwsClients, 'sqs' | 'sns'>,
  { region, accountId, clock, requestTimeoutMs }: AddressSettings,
): Addresses {
  const urls = new Map<string, string>();
  const arns = new Map<string, string>();

  const findTopic = async (name: string): Promise<string> => {
    let token: string | undefined;
    do {
      const command = new ListTopicsCommand(token === undefined ? {} : { NextToken: token });
      const page = await atMost(requestTimeoutMs, clock, (late) => sns.send(command, { abortSignal: late }));
      for (const { TopicArn: arn = '' } of page.Topics ?? []) arns.set(arn.slice(arn.lastIndexOf(':') + 1), arn);
      token = page.NextToken;
    } while (token !== undefined && !arns.has(name));
    const arn = arns.get(name);
    if (arn !== undefined) return arn;
    throw new SqsTransportError(
      'topic-missing',
      `There is no topic ${name} in ${region}: create it, or use topology 'apply'.`,
    );
  };

  return {
    queueUrlOf: async (name) => {
      const known = urls.get(name);
      if (known !== undefined) return known;
      const command = new GetQueueUrlCommand({ QueueName: name });
      const answer = await atMost(requestTimeoutMs, clock, (late) => sqs.send(command, { abortSignal: late }));
      const { QueueUrl: url = '' } = answer;
      urls.set(name, url);
      return url;
    },
    topicArnOf: async (name) =>
      arns.get(name) ?? (accountId === undefined ? findTopic(name) : arnOf('sns', { region, accountId, name })),
    rememberQueue: (name, url) => void urls.set(name, url),
    rememberTopic: (name, arn) => void arns.set(name, arn),
  };
}

export interface Resource {
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

/** The ARN of a queue, a topic or, by `key/` and its id, a key. China and GovCloud are partitions of their own. */
export function arnOf(service: 'sqs' | 'sns' | 'kms', { region, accountId, name }: Resource): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${name}`;
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
