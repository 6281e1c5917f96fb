import type { TransportCapabilities } from '../driver/index.ts';

const source = 'packages/core/src/testing/in-process-queue.ts';

export const inProcessCapabilities: TransportCapabilities = {
  durability: { level: 'unsupported', source },
  receive: { level: 'native', source, batchMax: 256 },
  send: {
    level: 'native',
    source,
    batchMax: 256,
    batchBytesMax: Infinity,
    batchesInFlightMax: 1,
    afterFailure: 'stops-key',
  },
  message: { level: 'native', source, bytesMax: Infinity, headersMax: Infinity, keyCharsMax: Infinity },
  order: { level: 'native', source, scope: 'key' },
  keyExclusivity: { level: 'native', source },
  deduplication: { level: 'unsupported', source, windowMs: 0, scope: 'none' },
  delay: { level: 'native', source, delayMsMax: Infinity, keepsOrder: true },
  lease: { level: 'native', source, kind: 'time', leaseMsMax: Infinity, holdMsMax: Infinity },
  release: { level: 'native', source, keepsOrder: true },
  attempts: { level: 'native', source, attemptsMax: Infinity },
  fanOut: { level: 'native', source, groupsMax: Infinity },
  inspection: { level: 'native', source, ready: true, inFlight: true, oldestAge: true },
};
