const polynomial = 0x82_f6_3b_78;
const tableSize = 256;

/** Eight tables, so that eight bytes are taken at a time: a byte in table n counts as if n zeros followed it. */
const tables = createTables();

/** CRC-32C, the sum that Kafka checks a batch by; Node itself has only the other CRC-32. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^= b(bytes, at) | (b(bytes, at + 1) << 8) | (b(bytes, at + 2) << 16) | (b(bytes, at + 3) << 24);
    crc =
      t(7, crc & 255) ^
      t(6, (crc >>> 8) & 255) ^
      t(5, (crc >>> 16) & 255) ^
      t(4, crc >>> 24) ^
      t(3, b(bytes, at + 4)) ^
      t(2, b(bytes, at + 5)) ^
      t(1, b(bytes, at + 6)) ^
      t(0, b(bytes, at + 7));
  }
  for (; at < to; at += 1) crc = t(0, (crc ^ b(bytes, at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function t(table: number, byte: number): number {
  return tables[table * tableSize + byte] as number;
}

function b(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function createTables(): Int32Array {
  const made = new Int32Array(8 * tableSize);
  for (let byte = 0; byte < tableSize; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    made[byte] = crc;
  }
  for (let at = tableSize; at < made.length; at += 1) {
    const before = made[at - tableSize] as number;
    made[at] = (before >>> 8) ^ (made[before & 255] as number);
  }
  return made;
}
