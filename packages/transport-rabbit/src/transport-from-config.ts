import { plainOption, readPlainOptions } from '@waybill/core/driver';
import type { PlainOptionsReader, TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import type { RabbitTransportOptions } from './options.ts';
import { rabbitTransport } from './rabbit-transport.ts';

const { list, number, oneOf, recordOf, text } = plainOption;

/** What can be said in plain data; a clock, chance and rotated credentials are given in code. */
type PlainOptions = Omit<RabbitTransportOptions, 'credentials' | 'clock' | 'random'>;

const options = {
  of: 'transport "rabbit"',
  needs: 'urls',
  shape: {
    urls: list(text, 'is required, as a list of texts'),
    tls: recordOf(z.unknown()),
    connectionName: text,
    heartbeatSeconds: number,
    connectTimeoutMs: number,
    reconnectMs: z.strictObject({ first: number, max: number }),
    publishTimeoutMs: number,
    consumerTimeoutMs: number,
    queueType: oneOf(['quorum', 'classic']),
    namePrefix: text,
    rebalanceMs: number,
    partitions: number,
    messageBytesMax: number,
    deliveryLimit: number,
    delaysMs: list(number, 'must be a list of numbers'),
    expireAfterMs: number,
    priorityHeader: text,
  },
} satisfies PlainOptionsReader<PlainOptions>;

/**
 * A transport from plain configuration data: the options of `rabbitTransport` but for functions. Numbers may be text of digits and
 * lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; RabbitTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  return rabbitTransport(readPlainOptions<PlainOptions>(config, options));
}
