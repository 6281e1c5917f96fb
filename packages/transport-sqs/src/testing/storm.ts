import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askBehind, bodyOf } from './ask-behind.ts';
import { awsError } from './canned-endpoint.ts';
import type { CannedAnswer } from './canned-endpoint.ts';

/**
 * How a call ends in a storm. `away`, `throttled` and `page` (of a load balancer): SQS never heard of it. `failed` and `lost`: SQS did it, and said
 * that it failed, or nothing. `halves`: of a batch every second entry is taken.
 */
export type Weather = 'away' | 'throttled' | 'page' | 'failed' | 'lost' | 'halves';

/** Stands between a transport and an emulator of SQS. */
export interface Storm {
  readonly address: string;
  /** Asked for every call; `undefined` lets it through. Fair weather at first. */
  readonly rage: (weather: (action: string) => Weather | undefined) => void;
  /** How often each weather has hit a call. */
  readonly hits: ReadonlyMap<Weather, number>;
  /** Monotonic milliseconds of every call, by its action. */
  readonly timesOf: (action: string) => readonly number[];
  /** How often each deduplication id was sent. */
  readonly tries: ReadonlyMap<string, number>;
  readonly stop: () => Promise<void>;
}

interface Entry {
  readonly Id: string;
  readonly MessageDeduplicationId?: string;
}

interface Batch {
  readonly Entries?: readonly Entry[];
}

const answers: Readonly<Record<'away' | 'throttled' | 'page' | 'failed', CannedAnswer>> = {
  away: awsError(503, 'ServiceUnavailable'),
  throttled: awsError(400, 'RequestThrottled'),
  page: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' },
  failed: awsError(500, 'InternalError'),
};

export async function startStorm(target: string): Promise<Storm> {
  const hits = new Map<Weather, number>();
  const tries = new Map<string, number>();
  const times = new Map<string, number[]>();
  let weatherOf: (action: string) => Weather | undefined = () => undefined;

  const note = (action: string, body: string): void => {
    times.set(action, [...(times.get(action) ?? []), performance.now()]);
    for (const { MessageDeduplicationId: id } of (JSON.parse(body) as Batch).Entries ?? []) {
      if (id !== undefined) tries.set(id, 1 + (tries.get(id) ?? 0));
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const action = String(request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');
    note(action, body);
    const weather = weatherOf(action);
    if (weather !== undefined) hits.set(weather, 1 + (hits.get(weather) ?? 0));
    if (weather === 'away' || weather === 'throttled' || weather === 'page') return send(response, answers[weather]);
    if (weather === 'halves') return send(response, await byHalves(target, request, body));
    const real = await askBehind(target, request, body);
    if (weather === 'lost') return void response.destroy();
    send(response, weather === 'failed' ? answers.failed : real);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rage: (weather) => {
      weatherOf = weather;
    },
    hits,
    tries,
    timesOf: (action) => times.get(action) ?? [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(
  response: ServerResponse,
  { status, headers, body }: { readonly status: number; readonly headers?: object; readonly body: string | Buffer },
): void {
  response.writeHead(status, { ...headers }).end(body);
}

/** A call that is no batch goes through. */
async function byHalves(target: string, request: IncomingMessage, body: string) {
  const asked = JSON.parse(body) as Batch;
  const { Entries = [] } = asked;
  const kept = Entries.filter((_, place) => place % 2 === 1);
  if (Entries.length === 0) return askBehind(target, request, body);
  const Failed = Entries.filter((_, place) => place % 2 === 0).map(({ Id }, place) => ({
    Id,
    SenderFault: false,
    Code: place % 2 === 0 ? 'InternalError' : 'RequestThrottled',
    Message: 'try again',
  }));
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  if (kept.length === 0) return { status: 200, headers, body: JSON.stringify({ Successful: [], Failed }) };
  const real = await askBehind(target, request, JSON.stringify({ ...asked, Entries: kept }));
  const { Successful = [] } = JSON.parse(real.body.toString()) as { readonly Successful?: readonly unknown[] };
  return { status: 200, headers, body: JSON.stringify({ Successful, Failed }) };
}
