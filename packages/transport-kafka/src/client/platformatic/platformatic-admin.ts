import type { KafkaAdmin } from '../kafka-admin.ts';
import { createGroupQuestions } from './group-questions.ts';
import { createOffsetQuestions } from './offset-questions.ts';
import type { RequestContext } from './request-context.ts';
import { createTopicQuestions } from './topic-questions.ts';

/** The questions of the transport over connections of the library. */
export const createPlatformaticAdmin = (context: RequestContext): KafkaAdmin => ({
  ...createTopicQuestions(context),
  ...createOffsetQuestions(context),
  ...createGroupQuestions(context),
});
