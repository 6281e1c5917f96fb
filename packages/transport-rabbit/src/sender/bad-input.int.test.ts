import { findBroker } from '@waybill/conformance/brokers';
import type { TransportMessage } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { toMessage } from '../message-properties.ts';
import { idsIn, messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';

const bodyBytesMax = 40_000;
const broker = await findBroker('rabbitmq', 'sending what RabbitMQ does not take', {
  configuration: { max_message_size: String(bodyBytesMax), frame_max: '8192' },
});

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const stageOf = async (options: SenderStageOptions = {}): Promise<SenderStage> => {
  const stage = await openSenderStage(broker?.address ?? '', { partitions: 1, ...options });
  onTestFinished(() => stage.close());
  return stage;
};

const lossesOf = (stage: SenderStage): readonly Error[] => {
  const losses: Error[] = [];
  stage.connection.onLost((error) => losses.push(error));
  return losses;
};

const half = '\uD800';

test.each<readonly [string, Partial<TransportMessage>, string]>([
  ['a key that is too long', { key: 'k'.repeat(8193) }, 'illegal-key'],
  ['an empty key', { key: '' }, 'illegal-key'],
  ['a key with half a character', { key: half }, 'illegal-key'],
  ['an id with half a character', { id: half }, 'illegal-id'],
  ['a deduplication key with half a character', { deduplicationKey: half }, 'illegal-id'],
  ['a header name that is too long', { headers: { ['n'.repeat(256)]: '' } }, 'illegal-header'],
  ['a header name that is too long in UTF-8 only', { headers: { ['é'.repeat(128)]: '' } }, 'illegal-header'],
  [
    'a header name that is too long with its escape',
    { headers: { [`x-wb-${'n'.repeat(245)}`]: '' } },
    'illegal-header',
  ],
  ['a header name with half a character', { headers: { [half]: '' } }, 'illegal-header'],
  ['a header value with half a character', { headers: { a: half } }, 'illegal-header'],
  ['headers over the table of 64 KiB', { headers: { a: 'x'.repeat(65_536) } }, 'headers-too-large'],
  ['headers over the frame that was agreed on', { headers: { a: 'x'.repeat(8192) } }, 'headers-too-large'],
  ['many small headers over the frame', { headers: manyHeaders(400) }, 'headers-too-large'],
  ['a delay beyond the longest', { delayMs: 2001 }, 'illegal-delay'],
  ['a delay without end', { delayMs: Infinity }, 'illegal-delay'],
  ['a delay that is no number', { delayMs: NaN }, 'illegal-delay'],
])('%s is refused alone, and costs neither the connection nor another message', async (_what, bad, reason) => {
  const stage = await stageOf({ delaysMs: [2000] });
  const losses = lossesOf(stage);
  const outcomes = await stage.sender.sendBatch([messageOf('a'), { ...messageOf('bad'), ...bad }, messageOf('b')]);
  expect(outcomes).toMatchObject([
    { status: 'confirmed' },
    { status: 'rejected', error: { reason } },
    { status: 'confirmed' },
  ]);
  expect(losses).toEqual([]);
  expect(await idsIn(stage)).toEqual(['a', 'b']);
});

test('a body over the limit of the broker is refused with that limit, and the others come through in a second try', async () => {
  const stage = await stageOf();
  const big = { ...messageOf('big'), body: Buffer.alloc(bodyBytesMax + 1) };
  const [a, refused, b] = await stage.sender.sendBatch([messageOf('a'), big, messageOf('b')]);
  expect(refused).toMatchObject({
    status: 'rejected',
    error: { reason: 'message-too-large', message: expect.stringContaining(String(bodyBytesMax)) as string },
  });
  expect(a?.status).toMatch(/^(?:confirmed|unknown)$/u);
  expect(b?.status).toBe('unknown');
  expect(verdictsOf(await stage.sender.sendBatch([messageOf('a'), messageOf('b')]))).toEqual([
    'confirmed',
    'confirmed',
  ]);
  expect(new Set(await idsIn(stage))).toEqual(new Set(['a', 'b']));
});

test('the largest body goes through in many frames', async () => {
  const stage = await stageOf();
  const body = Buffer.alloc(bodyBytesMax, 'ab');
  expect(verdictsOf(await stage.sender.sendBatch([{ ...messageOf('large'), body }]))).toEqual(['confirmed']);
  const bytes = await stage.look(async (channel) => {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    await channel.consume(stage.names.queueOf(stage.address, 0), (raw) => resolve(raw?.content));
    return promise;
  });
  expect(bytes?.equals(body)).toBe(true);
});

test('strange but legal headers, keys and ids come out as they went in', async () => {
  const stage = await stageOf();
  const message: TransportMessage = {
    ...messageOf('m'),
    id: `${'é'.repeat(200)}\0`,
    key: "'; DROP TABLE orders; --\n",
    deduplicationKey: '𝄞',
    headers: Object.fromEntries([
      ['', 'no name'],
      ['\0', '\0'],
      ['__proto__', 'not a prototype'],
      ['constructor', 'not a constructor'],
      ['CC', 'elsewhere'],
      ['x-delay', '5000'],
      ['x-wb-key', 'forged'],
      ['x-match', 'any'],
      ['n'.repeat(255), 'long name'],
      ['value', 'v'.repeat(4000)],
    ]),
  };
  expect(verdictsOf(await stage.sender.sendBatch([message]))).toEqual(['confirmed']);
  const received = await stage.look(async (channel) => {
    const { promise, resolve } = Promise.withResolvers<TransportMessage | undefined>();
    await channel.consume(stage.names.queueOf(stage.address, 0), (raw) =>
      resolve(raw === null ? undefined : toMessage(raw)),
    );
    return promise;
  });
  expect(received).toEqual(message);
  expect(Object.keys(received?.headers ?? {})).toEqual(expect.arrayContaining(Object.keys(message.headers)));
});

function manyHeaders(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`header-${index}`, 'x'.repeat(10)]));
}
