import type { TransportDriver } from '@waybill/core/driver';
import type { RabbitTransportOptions } from './options.ts';
import { rabbitTransport } from './rabbit-transport.ts';

type Kind = 'text' | 'number' | 'texts' | 'numbers' | 'object';

/** What can be said in plain data; a clock, chance and rotated credentials are given in code. */
type PlainOptions = Omit<RabbitTransportOptions, 'credentials' | 'clock' | 'random'>;

const kinds: Readonly<Record<keyof PlainOptions, Kind>> = {
  urls: 'texts',
  tls: 'object',
  connectionName: 'text',
  heartbeatSeconds: 'number',
  connectTimeoutMs: 'number',
  reconnectMs: 'object',
  publishTimeoutMs: 'number',
  consumerTimeoutMs: 'number',
  queueType: 'text',
  namePrefix: 'text',
  partitions: 'number',
  messageBytesMax: 'number',
  deliveryLimit: 'number',
  delaysMs: 'numbers',
};

interface Shape {
  readonly wording: string;
  readonly is: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';

const shapes: Readonly<Record<Kind, Shape>> = {
  text: { wording: 'must be text', is: isText },
  number: { wording: 'must be a number', is: isNumber },
  texts: { wording: 'must be a list of texts', is: (value) => Array.isArray(value) && value.every(isText) },
  numbers: { wording: 'must be a list of numbers', is: (value) => Array.isArray(value) && value.every(isNumber) },
  object: { wording: 'must be an object', is: (value) => isRecord(value) },
};

/**
 * A transport from plain configuration data: the options of `rabbitTransport` but for functions.
 * @throws TypeError that lists every option of a wrong shape with its path; RabbitTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  const problems = problemsOf(config);
  if (problems.length > 0) {
    throw new TypeError(`The options of transport "rabbit" have problems.\n${problems.join('\n')}`);
  }
  return rabbitTransport(config as PlainOptions);
}

function problemsOf(config: unknown): readonly string[] {
  if (!isRecord(config)) return ['(options): must be an object with urls'];
  const missing = config['urls'] === undefined ? ['urls: is required'] : [];
  const wrong = Object.entries(config).flatMap(([name, value]) => {
    if (!isOption(name)) return [`${name}: is not an option; there are ${Object.keys(kinds).join(', ')}`];
    return value === undefined || shapes[kinds[name]].is(value) ? [] : [`${name}: ${shapes[kinds[name]].wording}`];
  });
  return [...missing, ...wrong, ...paceProblems(config['reconnectMs'])];
}

function paceProblems(pace: unknown): readonly string[] {
  if (!isRecord(pace)) return [];
  const wrong = ['first', 'max'].filter((name) => typeof pace[name] !== 'number');
  return wrong.map((name) => `reconnectMs.${name}: ${shapes.number.wording}`);
}

function isOption(name: string): name is keyof PlainOptions {
  return Object.hasOwn(kinds, name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
