import { SQSClient, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { answerOf, unless } from '../emulator-stage.ts';
import { columns, events, snsGuide, sqsGuide } from '../point.ts';
import type { Point } from '../point.ts';

/** Who may do what. */
export const accessPoints: readonly Point[] = [
  {
    id: 'strangers-are-refused',
    aws: 'credentials that AWS does not know are refused',
    source: sqsGuide('sqs-authentication-and-access-control'),
    columns,
    properties: ['FLT-13'],
    look: async ({ sqs }) => {
      const { endpoint, region } = sqs.config;
      const credentials = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'wrong' };
      const stranger = new SQSClient({ region, credentials, maxAttempts: 1, ...(endpoint && { endpoint }) });
      const answer = await answerOf(stranger.send(new ListQueuesCommand({})));
      stranger.destroy();
      return unless(answer === 'accepted' ? answer : 'refused', 'refused', 'a call of a stranger');
    },
  },
  {
    id: 'queue-policy-is-obeyed',
    aws: 'a topic reaches a queue only where the policy of the queue lets it in',
    source: snsGuide('subscribe-sqs-queue-to-sns-topic'),
    columns: events,
    properties: ['FLT-13'],
    look: async (stage) => {
      const [topic, queue] = [await stage.fifoTopic(), await stage.fifoQueue()];
      await stage.subscribe(topic, queue);
      await stage.publishTo(topic, 'g', 'm1');
      return unless(await stage.bodies(queue), 'nothing', 'without a policy the queue got');
    },
  },
];
