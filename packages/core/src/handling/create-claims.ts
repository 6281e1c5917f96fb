import type {
  Claim,
  ClaimOutcome,
  StoreTransaction,
  TransportCapabilities,
  TransportMessage,
} from '../driver/index.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { BusError } from '../errors/bus-error.ts';
import { fingerprint } from '../fingerprint/fingerprint.ts';
import type { Replay } from './attempt.ts';
import { ClaimRefused } from './claim-refused.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

export interface ClaimInput {
  readonly envelope: Envelope;
  readonly message: TransportMessage;
  /** Validated: what the identity must agree with. */
  readonly payload: unknown;
  /** A dead letter is there, so there was no effect, whatever its number's cursor says. */
  readonly replay: Replay | undefined;
}

/** The marks that make an effect happen once and in order: inbox, sequence fence and open key, in one round trip. */
export interface Claims {
  readonly needsOpenKey: boolean;
  /** What is to be claimed for one message. @throws `sequence-missing` */
  readonly claimsFor: (input: ClaimInput) => readonly Claim[];
  /**
   * True when the effect is new. Throws `ClaimRefused` when it cannot be decided or made now; what was claimed for the message must not stay
   * then.
   * @param outcomes of `claimsFor`, in its order
   * @throws `fingerprint-conflict`, `epoch-conflict`
   */
  readonly judge: (outcomes: readonly ClaimOutcome[], input: ClaimInput) => boolean;
  readonly requireOpenKey: (transaction: StoreTransaction, message: TransportMessage) => Promise<void>;
  readonly isParked: (transaction: StoreTransaction, message: TransportMessage) => Promise<boolean>;
  /** Moves the cursor past a message that becomes a dead letter, so that its key goes on. False when it was there before. */
  readonly passOver: (
    transaction: StoreTransaction,
    message: TransportMessage,
    sequence: Sequenced,
  ) => Promise<boolean>;
}

/** A message's number as its headers give it; `undefined` when it has none. */
export type Sequenced = Envelope['sequence'];

export function createClaims(spec: SubscriptionSpec, capabilities: TransportCapabilities): Claims {
  const { order, effect, onPoison } = spec.guarantees;
  const isOrdered = order === 'per-key';
  const keepsOrder = capabilities.order.level !== 'unsupported' && capabilities.keyExclusivity.level !== 'unsupported';
  const needsNumber = isOrdered && !keepsOrder && effect === 'once';
  const needsOpenKey = onPoison === 'park-key' && isOrdered;
  const scope = spec.name;
  const channel = spec.address.channel;

  const sequenceClaim = (key: string, sequence: NonNullable<Sequenced>, overGap: boolean): Claim => ({
    kind: 'sequence',
    scope,
    channel,
    key,
    epoch: sequence.epoch,
    sequence: sequence.number,
    firstSequence: keepsOrder ? sequence.number : 1,
    overGap,
  });

  const openKeyClaim = ({ key }: TransportMessage): readonly Claim[] =>
    key === undefined ? [] : [{ kind: 'open-key', scope, channel, key }];

  const isParked = async (transaction: StoreTransaction, message: TransportMessage): Promise<boolean> => {
    const claims = openKeyClaim(message);
    if (claims.length === 0) return false;
    const [outcome] = await transaction.claim(claims);
    return outcome?.status === 'parked';
  };

  const requireOpenKey = async (transaction: StoreTransaction, message: TransportMessage): Promise<void> => {
    if (await isParked(transaction, message)) throw new ClaimRefused({ status: 'parked' });
  };

  const sequenceFor = ({ envelope, message, replay }: ClaimInput): Claim | undefined => {
    if (message.key === undefined || !isOrdered) return undefined;
    if (envelope.sequence !== undefined) return sequenceClaim(message.key, envelope.sequence, replay?.overGap ?? false);
    if (!needsNumber) return undefined;
    throw new BusError({ code: 'sequence-missing', message: `A message on ${scope} has no number.` });
  };

  const claimsFor = (input: ClaimInput): readonly Claim[] => {
    const { message, payload, replay } = input;
    const numbered = sequenceFor(input);
    const identity = identityClaim(scope, message, payload);
    const marks = numbered === undefined ? [identity] : [identity, numbered];
    return needsOpenKey && replay === undefined ? [...openKeyClaim(message), ...marks] : marks;
  };

  const judge = (outcomes: readonly ClaimOutcome[], input: ClaimInput): boolean => {
    const isAboutKey = needsOpenKey && input.replay === undefined && input.message.key !== undefined;
    const [open] = isAboutKey ? outcomes : [];
    const [known, number] = isAboutKey ? outcomes.slice(1) : outcomes;
    if (open?.status === 'parked') throw new ClaimRefused(open);
    // Whoever replays it has looked at what was lost: its identity is enough, and the cursor stays where it is.
    if (input.replay === undefined || number?.status !== 'conflict') refuse(number, 'epoch-conflict', scope);
    refuse(known, 'fingerprint-conflict', scope);
    if (known?.status === 'duplicate') return false;
    // The number was passed without an effect of this identity: a dead letter took it. Nothing may be marked.
    if (number?.status === 'duplicate' && input.replay === undefined) throw new ClaimRefused(number);
    return true;
  };

  return {
    needsOpenKey,
    isParked,
    requireOpenKey,
    claimsFor,
    judge,
    passOver: async (transaction, { key }, sequence) => {
      if (effect !== 'once' || !isOrdered || key === undefined || sequence === undefined) return true;
      const [outcome] = await transaction.claim([sequenceClaim(key, sequence, false)]);
      // A number of another epoch has no place on this cursor, and the message is put aside all the same.
      if (outcome?.status === 'gap') throw new ClaimRefused(outcome);
      return outcome?.status !== 'duplicate';
    },
  };
}

function identityClaim(scope: string, message: TransportMessage, payload: unknown): Claim {
  return { kind: 'identity', scope, key: message.deduplicationKey, fingerprint: fingerprint(payload), leaseMs: 0 };
}

const conflicts = {
  'fingerprint-conflict': 'A deduplication key came again with another payload',
  'epoch-conflict': 'A message of another numbering came',
} as const;

function refuse(outcome: ClaimOutcome | undefined, code: keyof typeof conflicts, subscription: string): void {
  if (outcome === undefined || outcome.status === 'claimed' || outcome.status === 'duplicate') return;
  if (outcome.status !== 'conflict') throw new ClaimRefused(outcome);
  throw new BusError({ code, message: `${conflicts[code]} on ${subscription}.` });
}
