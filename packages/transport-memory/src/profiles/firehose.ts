import type { BufferProfile } from './profile.ts';

/** Amazon Data Firehose by Direct PUT into S3: records come together in objects, and there is no receive call. */
export const firehose: BufferProfile = {
  kind: 'buffer',
  name: 'firehose',
  parameters: {
    nameCharsMax: { value: 64, source: 'Firehose API: 64 characters [m]' },
    sendBatchMax: { value: 500, source: 'broker-facts §3 Record: batch of 500' },
    sendBatchBytesMax: { value: 4_194_304, source: 'broker-facts §3 Record: batch of 4 MiB' },
    sendBatchesInFlightMax: {
      value: 8,
      source: 'chosen: Firehose has no such limit, HTTP clients keep a handful of connections',
    },
    messageBytesMax: { value: 1_024_000, source: 'broker-facts §3 Record: 1,000 KiB' },
    bufferMs: { value: 300_000, source: 'broker-facts §3 Buffering: 0 to 900 s, default 300' },
    bufferBytes: { value: 5_000_000, source: 'broker-facts §3 Buffering: 1 to 128 MB, default 5' },
  },
};
