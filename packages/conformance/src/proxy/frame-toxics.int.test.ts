import { describe, expect, it, vi } from 'vitest';
import { openProxyStage } from './testing/proxy-stage.ts';
import type { Toxic } from './toxic.ts';

const timerSlackMs = 2;
const loadSlackMs = 400;

const expectSoon = (claim: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(claim()).toBe(true), { timeout: 4000, interval: 2 });

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const reply = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** What a client and a server have seen when the client asked for three paths at once. */
interface Seen {
  readonly server: string;
  readonly client: string;
  readonly clientError: string | undefined;
  readonly serverError: string | undefined;
  readonly hits: number;
}

const threeRequests = async (toxic: Toxic): Promise<Seen> => {
  await using stage = await openProxyStage({ protocol: 'http' });
  const handle = stage.proxy.addToxic(toxic);
  const { client, server } = await stage.open();
  const text = (side: typeof client): string => side.received().toString();
  client.socket.write(request('/a') + request('/b') + request('/c'));
  await expectSoon(() => text(server).includes('/c') || server.errorCode() !== undefined);
  if (server.errorCode() === undefined) server.socket.write(reply('A') + reply('B') + reply('C'));
  await expectSoon(() => text(client).endsWith('C') || client.errorCode() !== undefined);
  await expectSoon(() => client.errorCode() === server.errorCode());
  return {
    server: text(server),
    client: text(client),
    clientError: client.errorCode(),
    serverError: server.errorCode(),
    hits: handle.hits,
  };
};

const allRequests = request('/a') + request('/b') + request('/c');
const broken = { clientError: 'ECONNRESET', serverError: 'ECONNRESET', hits: 1 };
const whole = { clientError: undefined, serverError: undefined };

describe('cut', () => {
  it('where a test of frames says so, which is told their connection and direction', async () => {
    await using stage = await openProxyStage({ protocol: 'http' });
    let asked: number | undefined;
    stage.proxy.addToxic({
      kind: 'cut',
      deliver: false,
      at: ({ bytes }, { connection, direction }) => {
        if (direction === 'to-broker' && bytes.includes('/struck')) asked = connection;
        return direction === 'to-client' && connection === asked;
      },
    });
    const spared = await stage.open();
    const struck = await stage.open();
    spared.client.socket.write(request('/spared'));
    struck.client.socket.write(request('/struck'));
    await expectSoon(() => spared.server.receivedBytes() > 0 && struck.server.receivedBytes() > 0);
    struck.server.socket.write(reply('S'));
    spared.server.socket.write(reply('A'));
    await expectSoon(() => struck.client.errorCode() === 'ECONNRESET');
    await expectSoon(() => spared.client.received().toString() === reply('A'));
    expect(struck.client.receivedBytes()).toBe(0);
  });

  it('before a request: those before it arrive, it and those behind it do not, and both sides are reset', async () => {
    await expect(threeRequests({ kind: 'cut', at: 'http.request', deliver: false, skip: 1 })).resolves.toEqual({
      ...broken,
      server: request('/a'),
      client: '',
    });
  });

  it('after a request: it still arrives, and nothing behind it', async () => {
    await expect(threeRequests({ kind: 'cut', at: 'http.request', deliver: true, skip: 1 })).resolves.toEqual({
      ...broken,
      server: request('/a') + request('/b'),
      client: '',
    });
  });

  it('before a response: the server has all requests, the client the responses before it', async () => {
    await expect(threeRequests({ kind: 'cut', at: 'http.response', deliver: false, skip: 2 })).resolves.toEqual({
      ...broken,
      server: allRequests,
      client: reply('A') + reply('B'),
    });
  });

  it('after a response: it still arrives', async () => {
    await expect(threeRequests({ kind: 'cut', at: 'http.response', deliver: true })).resolves.toEqual({
      ...broken,
      server: allRequests,
      client: reply('A'),
    });
  });

  it('leaves a connection alone in the other direction, with no chance, and past its times', async () => {
    const harmless: readonly Toxic[] = [
      { kind: 'cut', at: 'http.response', deliver: false, direction: 'to-broker' },
      { kind: 'cut', at: 'http.response', deliver: false, chance: 0 },
      { kind: 'cut', at: 'http.response', deliver: false, skip: 3 },
      { kind: 'cut', at: ({ label }) => label === '500', deliver: false },
    ];
    for (const toxic of harmless) {
      await expect(threeRequests(toxic)).resolves.toMatchObject({
        ...whole,
        client: reply('A') + reply('B') + reply('C'),
        hits: 0,
      });
    }
  });

  it('takes a test of one’s own', async () => {
    await expect(
      threeRequests({ kind: 'cut', at: ({ label }) => label === 'GET /c', deliver: false }),
    ).resolves.toMatchObject({ ...broken, server: request('/a') + request('/b') });
  });

  it('counts its times over all connections', async () => {
    await using stage = await openProxyStage({ protocol: 'http' });
    const toxic = stage.proxy.addToxic({ kind: 'cut', at: 'http.request', deliver: false, skip: 1, times: 2 });
    const fates: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const { client, server } = await stage.open();
      client.socket.write(request(`/${index}`));
      await expectSoon(() => server.errorCode() !== undefined || server.chunks.length > 0);
      fates.push(server.errorCode() ?? 'arrived');
    }
    expect(fates).toEqual(['arrived', 'ECONNRESET', 'ECONNRESET', 'arrived', 'arrived']);
    expect(toxic.hits).toBe(2);
  });
});

describe('hold reply', () => {
  it('keeps one reply back for its time, and what is behind it, but not what is before', async () => {
    await using stage = await openProxyStage({ protocol: 'http' });
    const { client, server } = await stage.open();
    const toxic = stage.proxy.addToxic({ kind: 'hold-reply', at: 'http.response', ms: 600, skip: 1, times: 1 });
    client.socket.write(allRequests);
    await expectSoon(() => server.received().toString() === allRequests);
    const sentAt = performance.now();
    server.socket.write(reply('A') + reply('B') + reply('C'));
    await expectSoon(() => client.received().toString().endsWith('C'));
    const [first, second] = client.chunks.map(({ at }) => at - sentAt);
    expect(client.chunks[0]?.bytes.toString()).toBe(reply('A'));
    expect(first).toBeLessThan(loadSlackMs);
    expect(second).toBeGreaterThanOrEqual(600 - timerSlackMs);
    expect(second).toBeLessThan(600 + loadSlackMs);
    expect(client.received().toString()).toBe(reply('A') + reply('B') + reply('C'));
    expect(toxic.hits).toBe(1);
  });
});

describe('duplicate reply', () => {
  it('sends one reply twice in a row and the others once', async () => {
    await expect(threeRequests({ kind: 'duplicate-reply', at: 'http.response', skip: 1, times: 1 })).resolves.toEqual({
      ...whole,
      server: allRequests,
      client: reply('A') + reply('B') + reply('B') + reply('C'),
      hits: 1,
    });
  });
});

describe('bit flip of a frame', () => {
  it.each([
    { byte: -1, bit: 1, client: reply('A') + reply('@') + reply('C') },
    { byte: 0, bit: 5, client: reply('A') + reply('B').replace('H', 'h') + reply('C') },
  ])('turns over bit $bit of byte $byte and nothing else', async ({ byte, bit, client }) => {
    await expect(
      threeRequests({ kind: 'bit-flip', at: 'http.response', byte, bit, skip: 1, times: 1 }),
    ).resolves.toEqual({ ...whole, server: allRequests, client, hits: 1 });
  });

  it('leaves a frame alone that has no such byte', async () => {
    await expect(threeRequests({ kind: 'bit-flip', at: 'http.response', byte: 5000 })).resolves.toMatchObject({
      client: reply('A') + reply('B') + reply('C'),
      hits: 0,
    });
  });
});

describe('frames and byte toxics together', () => {
  it('finds its frame whole, whichever toxic was added first', async () => {
    await using stage = await openProxyStage({ protocol: 'http' });
    stage.proxy.addToxic({ kind: 'slice', bytesMax: 3 });
    const cut = stage.proxy.addToxic({ kind: 'cut', at: 'http.request', deliver: true, skip: 1 });
    const { client, server } = await stage.open();
    for (const character of allRequests) client.socket.write(character);
    await expectSoon(() => server.errorCode() === 'ECONNRESET');
    expect(server.received().toString()).toBe(request('/a') + request('/b'));
    expect(cut.hits).toBe(1);
  });

  it('passes what has come of a message when its sender ends', async () => {
    await using stage = await openProxyStage({ protocol: 'http' });
    const { client, server } = await stage.open();
    client.socket.end(request('/a').slice(0, -3));
    await expectSoon(server.hasEnded);
    expect(server.received().toString()).toBe(request('/a').slice(0, -3));
  });
});

describe('a proxy that was told the wrong protocol', () => {
  it('resets the connection and says why, with little of its bytes in memory', async () => {
    await using stage = await openProxyStage({ protocol: 'kafka' });
    const { client, server } = await stage.open();
    client.socket.write(request('/a'));
    await expectSoon(() => client.errorCode() === 'ECONNRESET' && server.errorCode() === 'ECONNRESET');
    expect(server.chunks).toHaveLength(0);
    expect(stage.proxy.problems).toMatchObject([{ name: 'FrameError' }]);
  });

  it.each<readonly [string, Toxic]>([
    ['names frames of another protocol', { kind: 'cut', at: 'amqp.confirm', deliver: false }],
    ['has a chance above one', { kind: 'black-hole', chance: 1.5 }],
    ['has a time that is not a number', { kind: 'latency', ms: Number.NaN }],
    ['has slices of nothing', { kind: 'slice', bytesMax: 0 }],
    ['has no rate', { kind: 'bandwidth', bytesPerSecond: 0 }],
    ['names a ninth bit', { kind: 'bit-flip', at: 'http.request', byte: 0, bit: 8 }],
  ])('refuses a toxic that %s', async (_, toxic) => {
    await using stage = await openProxyStage({ protocol: 'http' });
    expect(() => stage.proxy.addToxic(toxic)).toThrow(/cannot have|was started for/);
  });

  it('refuses frames when it was told no protocol', async () => {
    await using stage = await openProxyStage();
    expect(() => stage.proxy.addToxic({ kind: 'hold-reply', at: 'http.response', ms: 1 })).toThrow('give startProxy');
  });
});
