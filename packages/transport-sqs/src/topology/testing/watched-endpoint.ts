import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askBehind, bodyOf } from '../../testing/ask-behind.ts';

/** One call to AWS, by its names in IAM. */
export interface WatchedCall {
  /** Such as `sqs:SendMessage`; a batch has the right of a single one. */
  readonly action: string;
  /** ARN of the queue or topic; of a subscription `*`, which IAM knows no other resource for. */
  readonly resource: string;
}

export interface WatchedEndpointOptions {
  /** An answer in the place of the server's, by its error code; `undefined` lets the call through. */
  readonly refuse?: (call: WatchedCall) => string | undefined;
}

export interface WatchedEndpoint {
  readonly address: string;
  readonly calls: readonly WatchedCall[];
  readonly close: () => Promise<void>;
}

/** Stands in front of an emulator and notes what it is asked. */
export async function watchEndpoint(target: string, { refuse }: WatchedEndpointOptions = {}): Promise<WatchedEndpoint> {
  const calls: WatchedCall[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await bodyOf(request);
      const call = callOf(request, body);
      calls.push(call);
      const refusal = refuse?.(call);
      if (refusal === undefined) await passOn(target, { request, response, body });
      else refuseWith(refusal, { request, response, body });
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** SQS is asked in JSON, SNS by a form. */
function callOf({ headers }: IncomingMessage, body: string): WatchedCall {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const { QueueUrl: url, QueueName: name } = JSON.parse(body) as Readonly<Record<string, string>>;
    return {
      action: `sqs:${target.slice(target.indexOf('.') + 1).replace(/Batch$/u, '')}`,
      resource: arnOf('sqs', name ?? url?.slice(url.lastIndexOf('/') + 1) ?? ''),
    };
  }
  const form = new URLSearchParams(body);
  const [topic, name] = [form.get('TopicArn') ?? form.get('ResourceArn'), form.get('Name')];
  return {
    action: `sns:${form.get('Action')?.replace(/Batch$/u, '') ?? ''}`,
    resource: topic ?? (name === null ? '*' : arnOf('sns', name)),
  };
}

/** In the account of the emulators. */
function arnOf(service: 'sqs' | 'sns', name: string): string {
  return `arn:aws:${service}:us-east-1:000000000000:${name}`;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

async function passOn(target: string, { request, response, body }: Exchange): Promise<void> {
  const answer = await askBehind(target, request, body);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Each service has its own way to say no. */
function refuseWith(code: string, { request, response }: Exchange): void {
  const isSqs = request.headers['x-amz-target'] !== undefined;
  response.statusCode = 400;
  response.setHeader('content-type', isSqs ? 'application/x-amz-json-1.0' : 'text/xml');
  response.end(
    isSqs
      ? JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: code })
      : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
  );
}
