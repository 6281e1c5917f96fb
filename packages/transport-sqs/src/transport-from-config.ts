import { plainOption, readPlainOptions } from '@waybill/core/driver';
import type { PlainOptionsReader, TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import type { SqsTransportOptions } from './options.ts';
import { sqsTransport } from './sqs-transport.ts';

const { list, number, oneOf, recordOf, text, truth } = plainOption;

const texts = list(text, 'must be a list of texts');

/** What can be said in plain data; credentials and functions are given in code. */
type PlainOptions = Omit<SqsTransportOptions, 'credentials' | 'queueAge' | 'clock' | 'random' | 'newId'>;

const kmsKey = z.strictObject({ kmsKeyId: text }, { error: 'must be none, sqs, or an object with kmsKeyId' });

const options = {
  of: 'transport "sqs"',
  needs: 'region',
  shape: {
    region: z.string({ error: 'is required, as text' }),
    queueType: oneOf(['fifo', 'standard']),
    endpoint: text,
    // A file of YAML reads twelve digits as a number.
    accountId: z.preprocess((value) => (typeof value === 'number' ? String(value).padStart(12, '0') : value), text),
    namePrefix: text,
    topology: oneOf(['apply', 'verify', 'off']),
    deduplicationScope: oneOf(['queue', 'messageGroup']),
    highThroughput: truth,
    fairQueueGroups: truth,
    encryption: z.union([z.enum(['none', 'sqs']), kmsKey], { error: 'must be none, sqs, or an object with kmsKeyId' }),
    retentionSeconds: number,
    deliveryLimit: number,
    attributeHeaders: texts,
    filters: recordOf(recordOf(recordOf(texts))),
    tags: recordOf(text),
    messageBytesMax: number,
    pollersMax: number,
    longPollSeconds: number,
    connectTimeoutMs: number,
    requestTimeoutMs: number,
  },
} satisfies PlainOptionsReader<PlainOptions>;

/**
 * A transport from plain configuration data: the options of `sqsTransport` but for functions and credentials, which the AWS SDK finds.
 * Numbers and claims may be text and lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; SqsTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  return sqsTransport(readPlainOptions<PlainOptions>(config, options));
}
