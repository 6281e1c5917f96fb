import { Pool } from 'undici';

export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Ends the request for real: its connection is cut, as a browser does that goes elsewhere. */
  readonly signal?: AbortSignal;
}

export interface JsonResponse {
  readonly status: number;
  readonly body: unknown;
}

/** A JSON client of one server over connections that are kept alive. Rejects when there is no answer, never because of a status. */
export interface JsonClient {
  readonly request: (request: JsonRequest) => Promise<JsonResponse>;
  /** Cuts what is still under way. Idempotent. */
  readonly close: () => Promise<void>;
}

export function createJsonClient(origin: string): JsonClient {
  const pool = new Pool(origin);
  return {
    request: async ({ method, path, headers, body, signal }) => {
      const response = await pool.request({
        method,
        path,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
      });
      return { status: response.statusCode, body: await response.body.json() };
    },
    close: async () => {
      await pool.destroy();
    },
  };
}
