import type { Capability, CapabilityLevel, TransportCapabilities } from '@waybill/core/driver';
import type { Parameter } from './parameter.ts';
import type { BufferProfile, Profile, QueueProfile } from './profile.ts';

/** What a profile can do, computed from its parameters so that the two cannot disagree. */
export function capabilitiesOf(profile: Profile): TransportCapabilities {
  return profile.kind === 'queue' ? queueCapabilities(profile) : bufferCapabilities(profile);
}

const durability: Capability = {
  level: 'unsupported',
  source: 'everything is kept in the memory of this process, also where the modelled broker is durable',
};

function queueCapabilities({ parameters: p }: QueueProfile): TransportCapabilities {
  const hasOrder = p.keyOrder.value !== 'none';
  return {
    durability,
    receive: native(p.receiveBatchMax, { batchMax: p.receiveBatchMax.value }),
    send: native(p.sendBatchMax, {
      batchMax: p.sendBatchMax.value,
      batchBytesMax: p.sendBatchBytesMax.value,
      batchesInFlightMax: p.sendBatchesInFlightMax.value,
      afterFailure: p.afterSendFailure.value,
    }),
    message: native(p.messageBytesMax, {
      bytesMax: p.messageBytesMax.value,
      headersMax: p.headersMax.value,
      keyCharsMax: p.keyCharsMax.value,
    }),
    order: nativeIf(hasOrder, p.keyOrder, { scope: hasOrder ? 'key' : 'none' }),
    keyExclusivity: nativeIf(hasOrder, p.keyOrder, {}),
    deduplication: nativeIf(p.deduplicationMs.value > 0, p.deduplicationMs, {
      windowMs: p.deduplicationMs.value,
      scope: capabilityScopes[p.deduplicationScope.value],
    }),
    delay: nativeIf(p.delayMsMax.value > 0, p.delayMsMax, { delayMsMax: p.delayMsMax.value, keepsOrder: hasOrder }),
    lease: native(p.leaseMsMax, { kind: 'time', leaseMsMax: p.leaseMsMax.value, holdMsMax: p.holdMsMax.value }),
    release: native(p.keyOrder, { keepsOrder: hasOrder }),
    attempts: native(p.attemptsMax, { attemptsMax: p.attemptsMax.value }),
    fanOut: nativeIf(p.groupsMax.value > 1, p.groupsMax, { groupsMax: p.groupsMax.value }),
    inspection: {
      level: 'native',
      source: 'counted in this process, exact where a real broker gives estimates (broker-facts §1.2 Counts)',
      ready: true,
      inFlight: true,
      oldestAge: true,
    },
  };
}

const capabilityScopes = { queue: 'channel', key: 'key', none: 'none' } as const;

function bufferCapabilities({ parameters: p }: BufferProfile): TransportCapabilities {
  const absent: Capability = {
    level: 'unsupported',
    source: 'broker-facts §3 Read API: none; Dedup / ack / DLQ / VT: none; Order: none promised',
  };
  return {
    durability,
    receive: { ...absent, batchMax: 0 },
    send: native(p.sendBatchMax, {
      batchMax: p.sendBatchMax.value,
      batchBytesMax: p.sendBatchBytesMax.value,
      batchesInFlightMax: p.sendBatchesInFlightMax.value,
      afterFailure: 'independent',
    }),
    // A record has a body only: headers and keys are taken and left out, so they have no limit of their own.
    message: native(p.messageBytesMax, {
      bytesMax: p.messageBytesMax.value,
      headersMax: Infinity,
      keyCharsMax: Infinity,
    }),
    order: { ...absent, scope: 'none' },
    keyExclusivity: absent,
    deduplication: { ...absent, windowMs: 0, scope: 'none' },
    delay: { ...absent, delayMsMax: 0, keepsOrder: false },
    lease: { ...absent, kind: 'time', leaseMsMax: 0, holdMsMax: 0 },
    release: { ...absent, keepsOrder: false },
    attempts: { ...absent, attemptsMax: Infinity },
    fanOut: { ...absent, groupsMax: 0 },
    inspection: { ...absent, ready: false, inFlight: false, oldestAge: false },
  };
}

function native<Limits extends object>(parameter: Parameter<unknown>, limits: Limits): Capability & Limits {
  return { level: 'native', source: parameter.source, ...limits };
}

function nativeIf<Limits extends object>(
  has: boolean,
  { source }: Parameter<unknown>,
  limits: Limits,
): Capability & Limits {
  const level: CapabilityLevel = has ? 'native' : 'unsupported';
  return { level, source, ...limits };
}
