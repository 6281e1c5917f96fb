import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CannedAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What AWS, or something in its place, says to every call but those that only look a queue up. */
export interface CannedEndpoint {
  readonly url: string;
  readonly calls: readonly string[];
  /** The body of each call. */
  readonly bodies: readonly string[];
  readonly answer: (answer: CannedAnswer | 'silence' | 'hang-up') => void;
  readonly stop: () => Promise<void>;
}

/** An error as SQS words it in its JSON protocol. */
export function awsError(status: number, name: string, message = 'no'): CannedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${name};Sender` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${name}`, message }),
  };
}

/** An error as SNS words it, in XML. */
export function snsError(status: number, code: string): CannedAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error>`;
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}<RequestId>r</RequestId></ErrorResponse>`,
  };
}

export async function startCannedEndpoint(): Promise<CannedEndpoint> {
  let canned: CannedAnswer | 'silence' | 'hang-up' = awsError(500, 'InternalError');
  const calls: string[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const [, action = ''] = String(request.headers['x-amz-target'] ?? '.').split('.');
    calls.push(action);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      if (action === 'GetQueueUrl') {
        response.end(JSON.stringify({ QueueUrl: `${url}/000000000000/orders.fifo` }));
      } else if (canned === 'hang-up') {
        request.socket.destroy();
      } else if (canned !== 'silence') {
        response.writeHead(canned.status, canned.headers).end(canned.body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    bodies,
    answer: (next) => {
      canned = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
