import type { BufferSemantics } from './buffer-semantics.ts';
import type { Parameter } from './parameter.ts';
import type { BufferProfile, Profile, QueueProfile } from './profile.ts';
import type { QueueSemantics } from './queue-semantics.ts';

/**
 * The same broker with other settings, such as `withParameters(sqsFifo, { callsPerSecond: 300 })`. What is changed loses its source
 * and says `source` instead.
 */
export function withParameters(profile: QueueProfile, values: Partial<QueueSemantics>, source?: string): QueueProfile;
export function withParameters(
  profile: BufferProfile,
  values: Partial<BufferSemantics>,
  source?: string,
): BufferProfile;
export function withParameters(profile: Profile, values: object, source = 'set by the caller'): Profile {
  const changed: [string, Parameter<unknown>][] = Object.entries(values).map(([name, value]: [string, unknown]) => [
    name,
    { value, source },
  ]);
  // The overloads have checked names and values; the pairs have lost them.
  return { ...profile, parameters: { ...profile.parameters, ...Object.fromEntries(changed) } } as Profile;
}
