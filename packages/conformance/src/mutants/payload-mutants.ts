import type { TransportMessage } from '@waybill/core/driver';
import { sendsInstead } from './change-driver.ts';
import type { Mutant } from './mutant.ts';

/** What can become of a message on its way. */
export const payloadMutants: readonly Mutant[] = [
  {
    name: 'the body loses its last byte',
    killedBy: 'DEL-1',
    finding: 'the body',
    mutate: () => sendsInstead((message) => ({ ...message, body: message.body.subarray(0, -1) })),
  },
  {
    name: 'one bit of the body is another',
    killedBy: 'DEL-1',
    finding: 'the body',
    mutate: () =>
      sendsInstead((message) => ({ ...message, body: message.body.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) })),
  },
  {
    name: 'header values are cut short',
    killedBy: 'DEL-1',
    finding: 'the headers',
    mutate: () => sendsInstead((message) => withHeaders(message, ([name, value]) => [name, value.slice(0, 2)])),
  },
  {
    name: 'the deduplication key is not sent',
    killedBy: 'DEL-1',
    finding: 'the identity',
    mutate: () => sendsInstead((message) => ({ ...message, deduplicationKey: message.id })),
  },
  {
    name: 'the body is taken for text',
    killedBy: 'PAY-1',
    finding: 'arrives as it was sent',
    mutate: () =>
      sendsInstead((message) => ({
        ...message,
        body: new TextEncoder().encode(new TextDecoder().decode(message.body)),
      })),
  },
  {
    name: 'the buffer behind a body is sent whole',
    killedBy: 'PAY-1',
    finding: 'the body',
    mutate: () => sendsInstead((message) => ({ ...message, body: new Uint8Array(message.body.buffer) })),
  },
  {
    name: 'header names are sent in small letters',
    killedBy: 'PAY-2',
    finding: 'the headers',
    mutate: () => sendsInstead((message) => withHeaders(message, ([name, value]) => [name.toLowerCase(), value])),
  },
  {
    name: 'only ten headers are sent',
    killedBy: 'PAY-6',
    finding: 'headers that arrived',
    mutate: () =>
      sendsInstead((message) => ({
        ...message,
        headers: Object.fromEntries(Object.entries(message.headers).slice(0, 10)),
      })),
  },
  {
    name: 'an empty header is left out',
    killedBy: 'PAY-4',
    finding: 'the headers',
    mutate: () =>
      sendsInstead((message) => ({
        ...message,
        headers: Object.fromEntries(Object.entries(message.headers).filter(([, value]) => value !== '')),
      })),
  },
  {
    name: 'an id is cut at 128 characters',
    killedBy: 'PAY-8',
    finding: 'the ids',
    mutate: () => sendsInstead((message) => ({ ...message, id: message.id.slice(0, 128) })),
  },
  {
    name: 'two spellings of a key are one',
    killedBy: 'PAY-13',
    finding: 'the key of',
    mutate: () => sendsInstead((message) => ({ ...message, key: message.key?.normalize('NFC') })),
  },
  {
    name: 'the driver states a limit that it does not keep',
    killedBy: 'PAY-5',
    finding: 'a message over 100000 bytes',
    mutate: () => ({
      driver: ({ capabilities }) => ({
        driver: { capabilities: { ...capabilities, message: { ...capabilities.message, bytesMax: 100_000 } } },
      }),
    }),
  },
];

function withHeaders(
  message: TransportMessage,
  alter: (entry: readonly [string, string]) => readonly [string, string],
): TransportMessage {
  return { ...message, headers: Object.fromEntries(Object.entries(message.headers).map(alter)) };
}
