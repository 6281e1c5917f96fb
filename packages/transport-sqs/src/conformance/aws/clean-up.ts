import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteTopicCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import { DeleteQueueCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../aws/create-clients.ts';
import { errorCodeOf } from '../../error-code-of.ts';

type Clients = Pick<AwsClients, 'sqs' | 'sns'>;

/** A call that made something may have been under way when all was listed. */
const passesMax = 5;
const passMs = 1000;

/**
 * Deletes every topic and every queue whose name begins with the prefix, whoever made it, and looks again until nothing new is found. One that
 * cannot be deleted does not save the others. Answers with what was deleted.
 * @throws AggregateError when something stays
 */
export async function cleanUp(clients: Clients, namePrefix: string): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>();
  for (let pass = 1; pass <= passesMax; pass += 1) {
    const before = deleted.size;
    const failures = await deleteAll(clients, namePrefix, deleted);
    if (failures.length > 0) {
      const addresses = failures.map(({ address }) => address).join(', ');
      throw new AggregateError(
        failures.map(({ error }) => error),
        `These stay; clean up again or delete them by hand: ${addresses}.`,
      );
    }
    if (deleted.size === before) break;
    await sleep(passMs);
  }
  return deleted;
}

interface Failure {
  readonly address: string;
  readonly error: unknown;
}

/** Topics first, so that nothing is delivered any more. */
async function deleteAll({ sqs, sns }: Clients, namePrefix: string, deleted: Set<string>): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const remove = async (address: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
      deleted.add(address);
    } catch (error) {
      // SQS lists a queue for up to a minute after it was deleted.
      if (errorCodeOf(error) !== 'not-found') failures.push({ address, error });
    }
  };
  for (const TopicArn of await topicsOf(sns, namePrefix)) {
    await remove(TopicArn, () => sns.send(new DeleteTopicCommand({ TopicArn })));
  }
  for (const QueueUrl of await queuesOf(sqs, namePrefix)) {
    await remove(QueueUrl, () => sqs.send(new DeleteQueueCommand({ QueueUrl })));
  }
  return failures;
}

async function topicsOf(sns: Clients['sns'], namePrefix: string): Promise<readonly string[]> {
  const arns: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await sns.send(new ListTopicsCommand({ NextToken }));
    for (const { TopicArn = '' } of page.Topics ?? []) {
      if (TopicArn.slice(TopicArn.lastIndexOf(':') + 1).startsWith(namePrefix)) arns.push(TopicArn);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return arns;
}

async function queuesOf(sqs: Clients['sqs'], namePrefix: string): Promise<readonly string[]> {
  const urls: string[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListQueuesCommand({ QueueNamePrefix: namePrefix, MaxResults: 1000, NextToken });
    const page = await sqs.send(command);
    urls.push(...(page.QueueUrls ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return urls;
}
