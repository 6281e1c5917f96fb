import type { TransportDriver } from '@waybill/core/driver';
import { memoryTransport } from './memory-transport.ts';
import type { Parameter } from './profiles/parameter.ts';
import type { Profile } from './profiles/profile.ts';
import { profiles } from './profiles/profiles.ts';
import type { ProfileName } from './profiles/profiles.ts';
import type { DeduplicationScope, QueueSemantics } from './profiles/queue-semantics.ts';
import { withParameters } from './profiles/with-parameters.ts';

type Report = (path: string, problem: string) => void;

/** What the parameters that are words may say; all others are numbers. */
const choices: { readonly [Name in WordName]: readonly QueueSemantics[Name][] } = {
  afterSendFailure: ['stops-key', 'independent'],
  topicDeduplicationScope: ['queue', 'key', 'none'] satisfies DeduplicationScope[],
  deduplicationScope: ['queue', 'key', 'none'] satisfies DeduplicationScope[],
  deduplicationBy: ['key', 'body'],
  bodies: ['delivered', 'left-out'],
  keyOrder: ['exclusive', 'group-lock', 'none'],
  lateSettlement: ['lost', 'error', 'works-if-latest'],
  afterAttempts: ['dead-letter', 'drop'],
  deadLetterTimestamp: ['kept', 'restarted'],
};

type WordName = {
  [Name in keyof QueueSemantics]: QueueSemantics[Name] extends string ? Name : never;
}[keyof QueueSemantics];

/**
 * A transport from plain configuration data: `{ profile, parameters }`, both optional. `parameters` replaces single values
 * of the profile, such as `{ "leaseMsDefault": 10000 }`.
 * @throws Error that lists every problem with its path.
 */
export function transportFromConfig(config: unknown): TransportDriver {
  const problems: string[] = [];
  const report: Report = (path, problem) => problems.push(`${path}: ${problem}`);
  const profile = readProfile(config, report);
  if (problems.length > 0)
    throw new TypeError(`The options of transport "memory" have problems.\n${problems.join('\n')}`);
  return memoryTransport({ profile });
}

function readProfile(config: unknown, report: Report): Profile {
  if (config === undefined) return profiles.plain;
  if (!isRecord(config)) {
    report('(options)', 'must be an object');
    return profiles.plain;
  }
  const { profile: name = 'plain', parameters = {}, ...others } = config;
  for (const other of Object.keys(others)) report(other, 'is not an option; there are profile and parameters');
  if (!isProfileName(name)) {
    report('profile', `must be one of ${Object.keys(profiles).join(', ')}`);
    return profiles.plain;
  }
  return readParameters(profiles[name], parameters, report);
}

function readParameters(profile: Profile, parameters: unknown, report: Report): Profile {
  if (!isRecord(parameters)) {
    report('parameters', 'must be an object');
    return profile;
  }
  const known: Readonly<Record<string, Parameter<unknown>>> = { ...profile.parameters };
  for (const [name, value] of Object.entries(parameters)) {
    const path = `parameters.${name}`;
    if (!Object.hasOwn(known, name)) report(path, `is not a parameter of the profile ${profile.name}`);
    else checkValue(path, name, value, report);
  }
  return profile.kind === 'queue'
    ? withParameters(profile, parameters, 'set in the configuration')
    : withParameters(profile, parameters, 'set in the configuration');
}

function checkValue(path: string, name: string, value: unknown, report: Report): void {
  const words = isWordName(name) ? choices[name] : undefined;
  if (words !== undefined) {
    if (!words.some((word) => word === value)) report(path, `must be one of ${words.join(', ')}`);
  } else if (typeof value !== 'number' || !(value >= 0)) {
    report(path, 'must be a number, 0 or more');
  } else if (name.endsWith('Probability') && value > 1) {
    report(path, 'must be at most 1');
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProfileName(name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(profiles, name);
}

function isWordName(name: string): name is WordName {
  return Object.hasOwn(choices, name);
}
