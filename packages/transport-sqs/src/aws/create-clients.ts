import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SqsSettings } from '../options.ts';
import { refusePages, refusePagesPlace } from './refuse-pages.ts';

/** The SDK's clients, over one set of connections. */
export interface AwsClients {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  /** Ends the connections; a call that is still under way fails. */
  readonly destroy: () => void;
}

type ClientSettings = Pick<SqsSettings, 'region' | 'endpoint' | 'credentials' | 'connectTimeoutMs'>;

/** Clients that try once: core decides whether, when and in which order something is tried again. */
export function createClients({ region, endpoint, credentials, connectTimeoutMs }: ClientSettings): AwsClients {
  // Every long poll holds a socket for up to 20 seconds; what limits calls is the pollers and the batches, not the agent.
  const agentOptions = { keepAlive: true, maxSockets: Infinity };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);
  const shared = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectTimeoutMs, httpAgent, httpsAgent },
  };
  // The sum over a body is checked twice already, by TLS and by the codec; a mismatch here would throw away an answer that arrived.
  const sqs = new SQSClient({ ...shared, md5: false });
  const sns = new SNSClient(shared);
  // This part of the SDK copies every message for a logger that nobody has given.
  sqs.middlewareStack.remove('loggerMiddleware');
  sns.middlewareStack.remove('loggerMiddleware');
  sqs.middlewareStack.add(refusePages, refusePagesPlace);
  sns.middlewareStack.add(refusePages, refusePagesPlace);
  return {
    sqs,
    sns,
    destroy: () => {
      sqs.destroy();
      sns.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
