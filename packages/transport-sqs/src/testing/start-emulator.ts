import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type { SqsTransportOptions } from '../options.ts';

/** SQS and SNS in this process, on a free port of loopback. */
export interface Emulator {
  /** For a transport or a client of the SDK. */
  readonly options: Pick<SqsTransportOptions, 'region' | 'endpoint' | 'credentials' | 'longPollSeconds'> & {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly stop: () => Promise<void>;
}

export async function startEmulator(): Promise<Emulator> {
  // Not `startFauxqs`, which listens on all addresses.
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    options: {
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      longPollSeconds: 1,
    },
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
