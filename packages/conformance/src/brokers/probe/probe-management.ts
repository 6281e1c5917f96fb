import { exchange, type Endpoint } from './exchange.ts';

/** Asks RabbitMQ's management API for its overview, as `guest`. Rejects unless it answers with 200. */
export async function probeManagement(endpoint: Endpoint): Promise<void> {
  const login = Buffer.from('guest:guest').toString('base64');
  const request = [
    'GET /api/overview HTTP/1.1',
    `host: ${endpoint.host}`,
    `authorization: Basic ${login}`,
    'connection: close',
  ];
  const status = await exchange(endpoint, `${request.join('\r\n')}\r\n\r\n`, (received) => {
    return /^HTTP\/1\.1 (\d{3})/.exec(received.toString('latin1'))?.[1];
  });
  if (status !== '200') throw new Error(`the management API answers with status ${status}`);
}
