import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
} from '@aws-sdk/client-sns';
import { errorCodeOf } from '../error-code-of.ts';
import { alreadyDiffers } from './already-differs.ts';
import { hasTags } from './resource-tags.ts';
import type { Tags } from './resource-tags.ts';
import { textAttributes } from './text-attributes.ts';
import type { TopologyContext } from './topology-context.ts';
import type { WantedTopic } from './wanted-topology.ts';

/** A topic as SNS describes it. */
export interface PresentTopic {
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
}

/** What SNS is asked of topics. Every function throws what the SDK throws, and `request-timeout`. */
export interface TopicCalls {
  /** Makes a topic, or finds the one of that name, and answers with its ARN. */
  readonly create: (topic: WantedTopic) => Promise<string>;
  /** `undefined` where there is no such topic. */
  readonly read: (arn: string) => Promise<PresentTopic | undefined>;
  readonly tag: (arn: string, tags: Tags) => Promise<void>;
}

export function topicCalls({ call, clients: { sns } }: TopologyContext): TopicCalls {
  const createWith = async (
    name: string,
    attributes: Readonly<Record<string, string>>,
    tags: Tags,
  ): Promise<string> => {
    const command = new CreateTopicCommand({
      Name: name,
      Attributes: attributes,
      ...(hasTags(tags) ? { Tags: tagList(tags) } : {}),
    });
    return (await call((abortSignal) => sns.send(command, { abortSignal }))).TopicArn ?? '';
  };

  const read = async (arn: string): Promise<PresentTopic> => {
    const attributes = new GetTopicAttributesCommand({ TopicArn: arn });
    const { Attributes: found = {} } = await call((abortSignal) => sns.send(attributes, { abortSignal }));
    const tags = new ListTagsForResourceCommand({ ResourceArn: arn });
    const { Tags: tagged = [] } = await call((abortSignal) => sns.send(tags, { abortSignal }));
    const pairs = tagged.map(({ Key = '', Value = '' }) => [Key, Value] as const);
    return { arn, attributes: found, tags: Object.fromEntries(pairs) };
  };

  return {
    create: async ({ name, attributes, tags }) => {
      const wanted = textAttributes(attributes);
      try {
        return await createWith(name, wanted, tags);
      } catch (error) {
        if (!alreadyDiffers(error)) throw error;
        // SNS gives the ARN of a topic to whoever asks for no more than it is.
        const { FifoTopic: isFifo } = wanted;
        return createWith(name, isFifo === undefined ? {} : { FifoTopic: isFifo }, {});
      }
    },
    read: async (arn) => {
      try {
        return await read(arn);
      } catch (error) {
        if (errorCodeOf(error) === 'not-found') return undefined;
        throw error;
      }
    },
    tag: async (arn, tags) => {
      const command = new TagResourceCommand({ ResourceArn: arn, Tags: tagList(tags) });
      await call((abortSignal) => sns.send(command, { abortSignal }));
    },
  };
}

function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
