import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { createByteQueue } from '../../proxy/frames/byte-queue.ts';
import { memoryHeadBytes, takeMemoryFrame } from '../../proxy/frames/memory-frames.ts';

/** A socket that carries values: numbers such as `Infinity`, `undefined` and bytes arrive as what they are. */
export interface FramedSocket {
  /** Does nothing once the socket has ended. */
  readonly write: (code: number, value: unknown) => void;
  /** Cuts the connection; what is written may not arrive. */
  readonly destroy: (error?: Error) => void;
}

/** More than the bodies of a batch as large as the bus makes one. A proxy in between takes less unless it is told. */
const frameBytesMax = 67_108_864;

/** Hands over each frame in the order of arrival. A frame that cannot be read ends the connection. */
export function framedSocket(socket: Socket, onFrame: (code: number, value: unknown) => void): FramedSocket {
  const bytes = createByteQueue();
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    bytes.push(chunk);
    try {
      for (let frame = take(); frame !== undefined; frame = take()) {
        onFrame(frame[memoryHeadBytes - 1] ?? 0, deserialize(frame.subarray(memoryHeadBytes)));
      }
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error('A frame cannot be read.'));
    }
  });
  const take = (): Buffer | undefined => (socket.destroyed ? undefined : takeMemoryFrame(bytes, frameBytesMax));

  return {
    write: (code, value) => {
      if (!socket.writable) return;
      const payload = serialize(value);
      const head = Buffer.alloc(memoryHeadBytes);
      head.writeUInt32BE(payload.length, 0);
      head.writeUInt8(code, memoryHeadBytes - 1);
      socket.write(Buffer.concat([head, payload]));
    },
    destroy: (error) => {
      socket.destroy(error);
    },
  };
}
