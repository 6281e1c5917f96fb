import { connect } from 'node:net';

/** A server's host and port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a server said of itself. */
export interface ServerIdentity {
  readonly product: string;
  readonly version: string;
}

/**
 * Connects, sends `request` and collects bytes until `read` makes something of them.
 * Rejects when the server hangs up, refuses or says nothing for `timeoutMs`.
 */
export const exchange = <Answer>(
  endpoint: Endpoint,
  request: Uint8Array | string,
  read: (received: Buffer) => Answer | undefined,
  timeoutMs = 2000,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const socket = connect(endpoint, () => socket.write(request));
    let received: Buffer = Buffer.alloc(0);
    const fail = (reason: string): void => {
      socket.destroy(new Error(`${endpoint.host}:${endpoint.port} ${reason}`));
    };
    const readMore = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const answer = read(received);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    };
    const timer = setTimeout(() => fail('does not answer'), timeoutMs);
    socket.on('data', (chunk) => {
      try {
        readMore(chunk);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('end', () => fail('hung up'));
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(`${endpoint.host}:${endpoint.port} closed the connection`));
    });
  });
