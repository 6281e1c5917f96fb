import { Readable } from 'node:stream';
import { SqsTransportError } from '../sqs-error.ts';

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: Readable;
}

interface Answered {
  readonly response: unknown;
}

/**
 * Middleware of the SDK that lets no page for people pass as an answer of AWS. The SDK reads XML from SNS, and a page is XML enough: from that
 * of a proxy or a log-in it would read that there are no topics and nobody subscribed.
 */
export const refusePages =
  <Request, Answer extends Answered>(next: (request: Request) => Promise<Answer>) =>
  async (request: Request): Promise<Answer> => {
    const answer = await next(request);
    await refusePage(answer.response as HttpAnswer);
    return answer;
  };

/** After the part that reads the answer, which means before it on the way back. */
export const refusePagesPlace = { step: 'deserialize', priority: 'low', name: 'waybillRefusePages' } as const;

async function refusePage(answer: HttpAnswer): Promise<void> {
  if (answer.headers['content-type']?.startsWith('text/html') !== true) return;
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(Buffer.from(chunk as Uint8Array));
  const body = Buffer.concat(chunks);
  if (/^\s*<(?:!doctype\s+html|html)\b/iu.test(body.toString('latin1', 0, 200))) {
    const text = `A web page with status ${answer.statusCode} answered in the place of AWS: look at endpoint and at proxies.`;
    throw Object.assign(new SqsTransportError('web-page', text), {
      $metadata: { httpStatusCode: answer.statusCode },
    });
  }
  // Some emulators call everything HTML.
  answer.body = Readable.from([body]);
}
