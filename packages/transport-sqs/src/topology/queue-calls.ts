import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { errorCodeOf } from '../error-code-of.ts';
import { SqsTransportError } from '../sqs-error.ts';
import type { Repair } from './difference.ts';
import { patiently } from './patiently.ts';
import { hasTags } from './resource-tags.ts';
import type { Tags } from './resource-tags.ts';
import type { TopologyContext } from './topology-context.ts';

/** A queue as SQS describes it. */
export interface PresentQueue {
  readonly url: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

export interface NewQueue {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

/** What SQS is asked of queues. Every function throws what the SDK throws, and `request-timeout`. */
export interface QueueCalls {
  /** The URL, or `undefined` where there is no such queue. */
  readonly find: (name: string) => Promise<string | undefined>;
  /**
   * Makes a queue with everything that belongs to it in one call, and answers with its URL; also that of one that is there already, as
   * somebody else has just made it. Waits out the minute after a queue of that name was deleted.
   * @throws SqsTransportError `queue-deleted-recently`
   */
  readonly create: (queue: NewQueue) => Promise<string>;
  readonly read: (url: string) => Promise<PresentQueue>;
  /** Of a queue that was made this moment, which not every server of SQS has heard of. */
  readonly readNew: (url: string) => Promise<PresentQueue>;
  readonly repair: (url: string, repair: Repair) => Promise<void>;
}

/** SQS refuses a name for 60 seconds after its queue was deleted. */
const deletedRecently = { limitMs: 65_000, pauseMs: () => 2000, isPassing: isDeletedRecently };
/** A queue can be used a second after it was made (SQS API, CreateQueue). */
const madeThisMoment = { limitMs: 10_000, pauseMs: () => 500, isPassing: isMissing };

export function queueCalls({ call, settings: { clock }, clients: { sqs } }: TopologyContext): QueueCalls {
  const find = async (name: string): Promise<string | undefined> => {
    try {
      const command = new GetQueueUrlCommand({ QueueName: name });
      return (await call((abortSignal) => sqs.send(command, { abortSignal }))).QueueUrl;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const createNow = async ({ name, attributes, tags }: NewQueue): Promise<string> => {
    const command = new CreateQueueCommand({
      QueueName: name,
      Attributes: attributes,
      ...(hasTags(tags) ? { tags } : {}),
    });
    try {
      const { QueueUrl: url = '' } = await call((abortSignal) => sqs.send(command, { abortSignal }));
      return url;
    } catch (error) {
      const url = isNameTaken(error) ? await find(name) : undefined;
      if (url === undefined) throw error;
      return url;
    }
  };

  const read = async (url: string): Promise<PresentQueue> => {
    const attributes = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    const { Attributes: found = {} } = await call((abortSignal) => sqs.send(attributes, { abortSignal }));
    const tags = new ListQueueTagsCommand({ QueueUrl: url });
    const { Tags: tagged = {} } = await call((abortSignal) => sqs.send(tags, { abortSignal }));
    return { url, arn: found.QueueArn ?? '', attributes: found, tags: tagged };
  };

  const setAttributes = async (url: string, attributes: Readonly<Record<string, string>>): Promise<void> => {
    const command = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes });
    try {
      await call((abortSignal) => sqs.send(command, { abortSignal }));
    } catch (error) {
      const { RedriveAllowPolicy: guard, ...others } = attributes;
      if (guard === undefined || !isUnknownAttribute(error)) throw error;
      // A server without this attribute, such as ElasticMQ, has nothing to guard by it.
      if (Object.keys(others).length > 0) await setAttributes(url, others);
    }
  };

  return {
    find,
    create: async (queue) => {
      try {
        return await patiently(clock, deletedRecently, () => createNow(queue));
      } catch (error) {
        if (!isDeletedRecently(error)) throw error;
        const text = `The queue ${queue.name} was deleted a moment ago, and SQS does not yet take the name again. Try again in a minute.`;
        throw new SqsTransportError('queue-deleted-recently', text, { cause: error });
      }
    },
    read,
    readNew: (url) => patiently(clock, madeThisMoment, () => read(url)),
    repair: async (url, { attributes, tags }) => {
      if (attributes !== undefined) await setAttributes(url, attributes);
      if (tags !== undefined) {
        const command = new TagQueueCommand({ QueueUrl: url, Tags: tags });
        await call((abortSignal) => sqs.send(command, { abortSignal }));
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return errorCodeOf(error) === 'not-found';
}

/** Its attributes differ from those that were asked for; which ones, a look at it tells. */
function isNameTaken(error: unknown): boolean {
  return error instanceof Error && /QueueNameExists|QueueAlreadyExists/u.test(error.name);
}

function isDeletedRecently(error: unknown): boolean {
  return error instanceof Error && /QueueDeletedRecently/u.test(error.name);
}

function isUnknownAttribute(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidAttributeName';
}
