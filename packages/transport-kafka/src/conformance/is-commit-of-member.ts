import type { Frame } from '@waybill/conformance/proxy';

/** From this version on a request has tagged fields, and its texts have lengths of variable size. */
const flexibleFrom = 8;

/** Whether a request commits what a member has finished, and not what a group that has none begins with. */
export function isCommitOfMember({ kind, bytes }: Pick<Frame, 'kind' | 'bytes'>): boolean {
  return kind === 'kafka.offsetCommitRequest' && generationIn(bytes) >= 0;
}

/** Size, api key, version and correlation id; the name of the client; the name of the group; and then the generation. */
function generationIn(bytes: Buffer): number {
  const isFlexible = bytes.readInt16BE(6) >= flexibleFrom;
  const groupAt = 14 + Math.max(0, bytes.readInt16BE(12)) + (isFlexible ? 1 : 0);
  return bytes.readInt32BE(isFlexible ? afterCompactText(bytes, groupAt) : groupAt + 2 + bytes.readInt16BE(groupAt));
}

function afterCompactText(bytes: Buffer, at: number): number {
  const low = bytes.readUInt8(at);
  if (low < 0x80) return at + low;
  return at + 1 + (low & 0x7f) + bytes.readUInt8(at + 1) * 0x80;
}
