/**
 * The headers in which an envelope travels: the attribute names of the CloudEvents binary mode, and our own extension attributes. The
 * id, the ordering key (`partitionkey` there) and the deduplication key have fields of their own in a transport message.
 * `docs/message-format.md` lists them for publishers in other languages.
 */
export const headerNames = {
  specVersion: 'ce-specversion',
  source: 'ce-source',
  type: 'ce-type',
  time: 'ce-time',
  version: 'wb-version',
  correlation: 'wb-correlation',
  causation: 'wb-causation',
  tenant: 'wb-tenant',
  sequence: 'wb-sequence',
  epoch: 'wb-epoch',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const;

/** What a publisher may not name a header of its own. */
export function isReservedHeader(name: string): boolean {
  return name.startsWith('ce-') || name.startsWith('wb-') || name === 'traceparent' || name === 'tracestate';
}
