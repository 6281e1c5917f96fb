import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { openProxyStage, type Recorded } from './testing/proxy-stage.ts';

/** Timers may fire a little before their time as another clock sees it. */
const timerSlackMs = 2;
/** What a busy machine may add; every fault below is longer, so that a wrong one still shows. */
const loadSlackMs = 400;

const expectSoon = (claim: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(claim()).toBe(true), { timeout: 5000, interval: 2 });

const untilReceived = (side: Recorded, bytes: number): Promise<void> => expectSoon(() => side.receivedBytes() >= bytes);

/** Repeats after a prime number of bytes, so that no lost or doubled block hides in it. */
const pattern = (bytes: number): Buffer => Buffer.alloc(bytes, Buffer.from(Array.from({ length: 251 }, (_, at) => at)));

/** Longer than anything takes on loopback without a toxic. */
const quietMs = 120;

describe('the proxy without a toxic', () => {
  it('passes 4 MB unchanged both ways, and then the end of each side', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const bytes = pattern(4_000_000);
    client.socket.write(bytes);
    server.socket.write(bytes);
    await untilReceived(server, bytes.length);
    await untilReceived(client, bytes.length);
    expect(server.received().equals(bytes)).toBe(true);
    expect(client.received().equals(bytes)).toBe(true);
    client.socket.end();
    await expectSoon(server.hasEnded);
    server.socket.end('bye');
    await expectSoon(client.hasEnded);
    expect(client.received().subarray(-3).toString()).toBe('bye');
    await expectSoon(() => stage.proxy.connections === 0);
  });

  it('stops a fast sender whose receiver does not read, within what it may hold, and loses nothing', async () => {
    await using stage = await openProxyStage({ heldBytesMax: 65_536 });
    const { client, server } = await stage.open();
    server.socket.pause();
    const bytes = Buffer.alloc(1_000_000, 7);
    for (let sent = 0; sent < 40; sent += 1) client.socket.write(bytes);
    await delay(300);
    const before = client.socket.writableLength;
    await delay(300);
    expect(client.socket.writableLength).toBe(before);
    // Linux buffers at most 6 MB in each receive and 4 MB in each send buffer; the rest must still be with the client.
    expect(before).toBeGreaterThan(15_000_000);
    server.socket.resume();
    await untilReceived(server, 40_000_000);
    expect(server.receivedBytes()).toBe(40_000_000);
  });

  it('breaks one side off with RST when the other one is', async () => {
    await using stage = await openProxyStage();
    const first = await stage.open();
    first.client.socket.resetAndDestroy();
    await expectSoon(() => first.server.errorCode() === 'ECONNRESET');
    const second = await stage.open();
    second.server.socket.resetAndDestroy();
    await expectSoon(() => second.client.errorCode() === 'ECONNRESET');
  });

  it('cuts all connections with RST and lets new ones in', async () => {
    await using stage = await openProxyStage();
    const pairs = [await stage.open(), await stage.open(), await stage.open()];
    expect(stage.proxy.connections).toBe(3);
    await expect(stage.proxy.cutAll()).resolves.toBe(3);
    for (const { client, server } of pairs) {
      await expectSoon(() => client.errorCode() === 'ECONNRESET' && server.errorCode() === 'ECONNRESET');
    }
    expect(stage.proxy.connections).toBe(0);
    const { client, server } = await stage.open();
    client.socket.write('again');
    await untilReceived(server, 5);
  });

  it('sends new connections to a new target and leaves open ones where they are', async () => {
    await using stage = await openProxyStage();
    await using other = await openProxyStage();
    const old = await stage.open();
    stage.proxy.retarget({ host: '127.0.0.1', port: other.proxy.port });
    const moved = stage.open();
    await expectSoon(() => other.proxy.connections === 1);
    old.client.socket.write('old');
    await untilReceived(old.server, 3);
    await Promise.race([moved, delay(quietMs)]);
    expect(stage.proxy.connections).toBe(2);
  });

  it('resets a client when nobody listens at the target, and refuses everybody after close', async () => {
    const stage = await openProxyStage();
    stage.proxy.retarget({ host: '127.0.0.1', port: 1 });
    const client = connect({ port: stage.proxy.port, host: '127.0.0.1' });
    await expect(once(client, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(stage.proxy.connections).toBe(0);
    await stage[Symbol.asyncDispose]();
    await expect(fetch(`http://127.0.0.1:${stage.proxy.port}`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
    await expect(stage.proxy.close()).resolves.toBeUndefined();
  });
});

describe('latency', () => {
  it('delays each piece by its time and not by that of the others, in one direction', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'latency', ms: 600, direction: 'to-broker' });
    const sentAt: number[] = [];
    for (let index = 0; index < 10; index += 1) {
      sentAt.push(performance.now());
      client.socket.write(Buffer.from([index]));
      await delay(20);
    }
    await untilReceived(server, 10);
    const arrivals = server.chunks.flatMap(({ bytes, at }) => [...bytes].map((index) => at - (sentAt[index] ?? 0)));
    expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(600 - timerSlackMs);
    expect(Math.max(...arrivals)).toBeLessThan(600 + loadSlackMs);
    expect([...server.received()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(toxic.hits).toBe(10);
    const answeredAt = performance.now();
    server.socket.write('x');
    await untilReceived(client, 1);
    expect(performance.now() - answeredAt).toBeLessThan(loadSlackMs);
  });

  it('stays within its jitter, uses both sides of it, and keeps the order', async () => {
    await using stage = await openProxyStage({ seed: 5 });
    const { client, server } = await stage.open();
    stage.proxy.addToxic({ kind: 'latency', ms: 60, jitterMs: 50 });
    const tookMs: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const sentAt = performance.now();
      client.socket.write(Buffer.from([index]));
      await untilReceived(server, index + 1);
      tookMs.push((server.chunks.at(-1)?.at ?? 0) - sentAt);
    }
    expect(Math.min(...tookMs)).toBeGreaterThanOrEqual(10 - timerSlackMs);
    expect(Math.min(...tookMs)).toBeLessThan(60);
    expect(Math.max(...tookMs)).toBeGreaterThan(60);
    expect(Math.max(...tookMs)).toBeLessThan(110 + loadSlackMs);
    expect([...server.received()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('lets go at once of what it holds when it is removed', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'latency', ms: 60_000 });
    client.socket.write('held');
    await delay(quietMs);
    expect(server.chunks).toHaveLength(0);
    toxic.remove();
    await untilReceived(server, 4);
  });
});

describe('bandwidth', () => {
  it('passes its bytes per second, not faster and hardly slower', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    stage.proxy.addToxic({ kind: 'bandwidth', bytesPerSecond: 100_000, direction: 'to-broker' });
    const startedAt = performance.now();
    client.socket.write(pattern(90_000));
    await delay(300);
    expect(server.received().length).toBeGreaterThan(10_000);
    expect(server.received().length).toBeLessThanOrEqual(100 * (performance.now() - startedAt));
    await untilReceived(server, 90_000);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(900 - timerSlackMs);
    expect(tookMs).toBeLessThan(900 + loadSlackMs);
    expect(server.received().equals(pattern(90_000))).toBe(true);
  });
});

describe('slice', () => {
  it('writes at most its bytes at a time, with its pause between', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'slice', bytesMax: 7, delayMs: 15 });
    client.socket.write(pattern(100));
    await untilReceived(server, 100);
    expect(server.received().equals(pattern(100))).toBe(true);
    expect(server.chunks.map(({ bytes }) => bytes.length)).toEqual([...Array.from({ length: 14 }, () => 7), 2]);
    const tookMs = (server.chunks.at(-1)?.at ?? 0) - (server.chunks[0]?.at ?? 0);
    expect(tookMs).toBeGreaterThanOrEqual(14 * 15 - 15);
    expect(tookMs).toBeLessThan(14 * 15 + loadSlackMs);
    expect(toxic.hits).toBe(1);
  });
});

describe('black hole', () => {
  it('takes everything and lets nothing out: no byte, no end, no RST; and the bytes stay lost', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'black-hole' });
    const written = new Promise((resolve) => {
      client.socket.write(Buffer.alloc(20_000_000), resolve);
    });
    server.socket.write('lost');
    await written;
    client.socket.resetAndDestroy();
    await delay(quietMs);
    expect(server.chunks).toHaveLength(0);
    expect(client.chunks).toHaveLength(0);
    expect(server.hasEnded()).toBe(false);
    expect(server.errorCode()).toBeUndefined();
    expect(toxic.hits).toBeGreaterThan(1);
    toxic.remove();
    await expectSoon(() => server.errorCode() === 'ECONNRESET');
  });

  it('swallows one direction only when told so, and passes what comes after it was removed', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'black-hole', direction: 'to-client' });
    server.socket.write('lost');
    client.socket.write('there');
    await untilReceived(server, 5);
    await expectSoon(() => toxic.hits === 1);
    toxic.remove();
    server.socket.write('back');
    await untilReceived(client, 4);
    expect(client.received().toString()).toBe('back');
  });
});

describe('half-open', () => {
  it('stalls the dead direction without losing a byte while the other one lives', async () => {
    await using stage = await openProxyStage({ heldBytesMax: 65_536 });
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'half-open', direction: 'to-broker' });
    const bytes = pattern(30_000_000);
    client.socket.write(bytes);
    client.socket.end();
    server.socket.write('alive');
    await untilReceived(client, 5);
    await delay(quietMs);
    expect(server.chunks).toHaveLength(0);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(server.errorCode()).toBeUndefined();
    expect(toxic.hits).toBe(1);
    toxic.remove();
    await expectSoon(server.hasEnded);
    expect(server.received().equals(bytes)).toBe(true);
  });
});

describe('reset', () => {
  it('breaks open and new connections off after its time, and none when it has gone', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const addedAt = performance.now();
    const toxic = stage.proxy.addToxic({ kind: 'reset', afterMs: 500 });
    client.socket.write('before');
    await untilReceived(server, 6);
    await expectSoon(() => client.errorCode() === 'ECONNRESET' && server.errorCode() === 'ECONNRESET');
    expect(performance.now() - addedAt).toBeGreaterThanOrEqual(500 - timerSlackMs);
    expect(performance.now() - addedAt).toBeLessThan(500 + loadSlackMs);
    const second = await stage.open();
    await expectSoon(() => second.client.errorCode() === 'ECONNRESET');
    expect(toxic.hits).toBe(2);
    const third = await stage.open();
    toxic.remove();
    await delay(500 + quietMs);
    expect(third.client.errorCode()).toBeUndefined();
  });
});

describe('limit', () => {
  it.each([0, 1, 999, 1000])('passes exactly %i bytes of a direction and resets', async (bytes) => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'limit', bytes, direction: 'to-broker' });
    client.socket.write(pattern(600));
    await delay(20);
    client.socket.write(pattern(400));
    await expectSoon(() => server.errorCode() === 'ECONNRESET' && client.errorCode() === 'ECONNRESET');
    const sent = Buffer.concat([pattern(600), pattern(400)]);
    expect(server.received().equals(sent.subarray(0, bytes))).toBe(true);
    expect(toxic.hits).toBe(1);
  });

  it('leaves a connection alone that stays below', async () => {
    await using stage = await openProxyStage();
    const { client, server } = await stage.open();
    stage.proxy.addToxic({ kind: 'limit', bytes: 11 });
    client.socket.end('ten bytes!');
    await expectSoon(server.hasEnded);
    expect(server.received().toString()).toBe('ten bytes!');
    expect(server.errorCode()).toBeUndefined();
  });
});

describe('bit flip', () => {
  const flipped = async (seed: number, slices: number): Promise<Buffer> => {
    await using stage = await openProxyStage({ seed });
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'bit-flip', probability: 0.01, direction: 'to-broker' });
    for (let slice = 0; slice < slices; slice += 1) {
      client.socket.write(Buffer.alloc(20_000 / slices));
      await delay(2);
    }
    await untilReceived(server, 20_000);
    const bytes = server.received();
    expect(toxic.hits).toBe(bytes.filter((byte) => byte !== 0).length);
    return bytes;
  };

  it('turns over one bit of about its share of bytes, never two of one', async () => {
    const bytes = await flipped(3, 1);
    const changed = bytes.filter((byte) => byte !== 0);
    expect(changed.every((byte) => Number.isInteger(Math.log2(byte)))).toBe(true);
    expect(new Set(changed).size).toBe(8);
    // 200 expected; five standard deviations of a binomial are 70.
    expect(changed.length).toBeGreaterThan(130);
    expect(changed.length).toBeLessThan(270);
  });

  it('repeats by its seed, however the bytes are chunked, and differs by another', async () => {
    const first = await flipped(3, 1);
    expect((await flipped(3, 10)).equals(first)).toBe(true);
    expect((await flipped(4, 1)).equals(first)).toBe(false);
  });
});

describe('chance', () => {
  it('decides once for each connection and repeats by seed', async () => {
    const fates = async (seed: number): Promise<readonly boolean[]> => {
      await using stage = await openProxyStage({ seed });
      stage.proxy.addToxic({ kind: 'limit', bytes: 0, chance: 0.5 });
      const seen: boolean[] = [];
      for (let index = 0; index < 24; index += 1) {
        const { client, server } = await stage.open();
        client.socket.write('x');
        await expectSoon(() => server.errorCode() !== undefined || server.chunks.length > 0);
        seen.push(server.chunks.length > 0);
      }
      return seen;
    };
    const first = await fates(11);
    expect(first.filter(Boolean).length).toBeGreaterThan(4);
    expect(first.filter(Boolean).length).toBeLessThan(20);
    expect(await fates(11)).toEqual(first);
    expect(await fates(12)).not.toEqual(first);
  });
});
