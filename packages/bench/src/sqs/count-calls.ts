import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

const channel = 'http.client.request.start';

export interface CallCount {
  /** Calls begun so far, of all operations or of this one, such as `ReceiveMessage`. */
  readonly of: (operation?: string) => number;
  readonly stop: () => void;
}

/** Counts the calls to SQS that leave this process, at the wire and so the same for whoever makes them. */
export function countCalls(): CallCount {
  const counts = new Map<string, number>();
  const note = (event: unknown): void => {
    const { request } = event as { readonly request: ClientRequest };
    const operation = String(request.getHeader('x-amz-target')).replace('AmazonSQS.', '');
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
  };
  subscribe(channel, note);
  return {
    of: (operation) =>
      operation === undefined
        ? [...counts.values()].reduce((sum, count) => sum + count, 0)
        : (counts.get(operation) ?? 0),
    stop: () => void unsubscribe(channel, note),
  };
}
