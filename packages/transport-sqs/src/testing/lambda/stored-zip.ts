import { crc32 } from 'node:zlib';

/** An archive of one file that is not compressed: all that Lambda needs to be given code. */
export function storedZip(name: string, text: string): Buffer {
  const path = Buffer.from(name);
  const content = Buffer.from(text);
  // From the version that is needed to the lengths of the name and of what follows it; the same in both headers.
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  const file = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, path, content]);
  const entry = Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), common, Buffer.alloc(14), path]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(file.length, 16);
  return Buffer.concat([file, entry, end]);
}
