import type { Socket } from 'node:net';
import { CheckoutError } from '../errors/checkout-error.ts';
import { problemMediaType, toProblemDetails } from './problem-details.ts';

/** Answers bytes that are no HTTP request, or one that does not come to its end: there is no request yet that could have a reply. */
export function answerUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable) return;
  const error = new CheckoutError({ code: 'malformed-request', message: 'The HTTP request cannot be read.' });
  const body = JSON.stringify(toProblemDetails(error));
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'Connection: close',
      `Content-Type: ${problemMediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
