/** Bytes that came in chunks and are taken in frames. A chunk is copied only when a frame spans several. */
export interface ByteQueue {
  readonly length: number;
  readonly push: (chunk: Buffer) => void;
  /** The first `count` bytes, which must be there. */
  readonly peek: (count: number) => Buffer;
  /** The first `count` bytes, which must be there, removed. */
  readonly take: (count: number) => Buffer;
}

export function createByteQueue(): ByteQueue {
  const chunks: Buffer[] = [];
  let length = 0;

  const joinFront = (count: number): Buffer => {
    let joined = 0;
    let used = 0;
    while (joined < count) {
      joined += chunks[used]?.length ?? count;
      used += 1;
    }
    const front = used === 1 ? chunks[0] : Buffer.concat(chunks.slice(0, used));
    if (front === undefined) return Buffer.alloc(0);
    chunks.splice(0, used, front);
    return front;
  };

  return {
    get length() {
      return length;
    },
    push: (chunk) => {
      if (chunk.length === 0) return;
      chunks.push(chunk);
      length += chunk.length;
    },
    peek: (count) => joinFront(count).subarray(0, count),
    take: (count) => {
      if (count === 0) return Buffer.alloc(0);
      const front = joinFront(count);
      if (front.length === count) chunks.shift();
      else chunks[0] = front.subarray(count);
      length -= count;
      return front.subarray(0, count);
    },
  };
}
