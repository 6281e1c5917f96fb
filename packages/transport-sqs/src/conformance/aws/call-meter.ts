import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** What AWS counts: every 64 KB of a request, or of its answer, are one of them. */
export interface BilledCalls {
  readonly sqs: number;
  readonly sns: number;
}

export interface CallMeterOptions {
  /** Host of the calls that are billed, with its port where it has one. */
  readonly isBilled: (host: string) => boolean;
  /** From then on no call leaves this process. */
  readonly callsMax: BilledCalls;
}

/** Counts the calls of every client of this process as they leave it, and stops them at a limit: a bound of the cost that holds. */
export interface CallMeter {
  readonly calls: () => BilledCalls;
  /** Rejects when the limit is reached. */
  readonly exceeded: Promise<never>;
  /** No call leaves any more, but for those of `unlimited`. */
  readonly shut: () => void;
  /** Calls of the task are counted, and never stopped: what was made must be deleted. */
  readonly unlimited: <Result>(task: () => Promise<Result>) => Promise<Result>;
  readonly close: () => void;
}

/** Of the price list of SQS. */
const chunkBytes = 65_536;

export function createCallMeter({ isBilled, callsMax }: CallMeterOptions): CallMeter {
  const calls = { sqs: 0, sns: 0 };
  const free = new AsyncLocalStorage<true>();
  const { promise: exceeded, reject } = Promise.withResolvers<never>();
  exceeded.catch(() => undefined);
  let isShut = false;

  const count = (request: ClientRequest, bytes: number, more: number): void => {
    calls[serviceOf(request)] += Math.max(0, Math.ceil(bytes / chunkBytes) + more);
  };
  const onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    if (!isBilled(hostOf(request))) return;
    if (free.getStore() === undefined) {
      const service = serviceOf(request);
      if (!isShut && calls[service] >= callsMax[service]) {
        isShut = true;
        reject(new Error(`${callsMax[service]} calls of ${service} were made, the most that this run may make.`));
      }
      if (isShut) return void request.destroy(new Error('The run may make no more calls.'));
    }
    count(request, Math.max(1, bytesOf(request.getHeader('content-length'))), 0);
  };
  // The first 64 KB of an answer belong to its request.
  const onResponse = (message: unknown): void => {
    const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage };
    if (isBilled(hostOf(request))) count(request, bytesOf(response.headers['content-length']), -1);
  };
  subscribe(channels.request, onRequest);
  subscribe(channels.response, onResponse);

  return {
    calls: () => ({ ...calls }),
    exceeded,
    shut: () => {
      isShut = true;
    },
    unlimited: (task) => free.run(true, task),
    close: () => {
      unsubscribe(channels.request, onRequest);
      unsubscribe(channels.response, onResponse);
    },
  };
}

/** Of Node: the first is told before anything is sent. */
const channels = { request: 'http.client.request.created', response: 'http.client.response.finish' } as const;

const hostOf = (request: ClientRequest): string => String(request.getHeader('host') ?? '');

const bytesOf = (header: unknown): number => Number(header ?? 0);

/** SQS is asked in JSON and names its calls in a header, SNS by a form. */
const serviceOf = (request: ClientRequest): 'sqs' | 'sns' =>
  request.getHeader('x-amz-target') === undefined ? 'sns' : 'sqs';
