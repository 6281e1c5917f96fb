import { pause } from '@waybill/core/driver';
import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaSettings } from '../../options.ts';
import type { KafkaMember, MemberOptions } from '../kafka-member.ts';
import { startSession } from './consumer-session.ts';
import type { ConsumerSession, SessionOptions } from './consumer-session.ts';
import { createKafka } from './create-kafka.ts';
import type { ConnectionSettings } from './create-kafka.ts';

const backoffMs = 100;
const backoffMsMax = 5000;
/** A session that lasted as long was a good one. Joining proves nothing: what ends a session may be the first thing that it reads. */
const healthyMs = 2 * backoffMsMax;

export type MemberSettings = ConnectionSettings & Pick<KafkaSettings, 'clock' | 'random'>;

/**
 * A member that comes back whenever kafkajs gives up, each time with a consumer of its own: what one of them knew of positions and pauses is
 * gone with it. Rejects when the first one cannot be had. `begin` is what a session is made with.
 */
export async function openKafkajsMember(
  settings: MemberSettings,
  options: MemberOptions,
  begin: (session: SessionOptions) => Promise<ConsumerSession> = startSession,
): Promise<KafkaMember> {
  const { clock, random } = settings;
  const { listener } = options;
  const closing = new AbortController();
  let failures = 0;
  let joinedAtMs: number | undefined;
  let session: ConsumerSession | undefined;

  /** A client of its own as well: members that share one also share what they know of committed offsets. */
  const start = (): Promise<ConsumerSession> => {
    joinedAtMs = undefined;
    return begin({
      kafka: createKafka(settings, retryFor(options)),
      clock,
      member: options,
      onJoined: () => {
        joinedAtMs ??= clock.monotonic();
      },
    });
  };

  const isClosing = (): boolean => closing.signal.aborted;

  const comeBack = async (): Promise<ConsumerSession | undefined> => {
    if (joinedAtMs !== undefined && clock.monotonic() - joinedAtMs >= healthyMs) failures = 0;
    while (!isClosing()) {
      const delayMs = Math.min(backoffMsMax, backoffMs * 2 ** failures) * (0.5 + random() / 2);
      failures += 1;
      await pause(clock, delayMs, closing.signal);
      try {
        if (!isClosing()) return await start();
      } catch (error) {
        if (!isClosing()) listener.onDown(error);
      }
    }
    return undefined;
  };

  const run = async (first: ConsumerSession): Promise<void> => {
    for (session = first; session !== undefined; session = await comeBack()) {
      const current = session;
      const error = await endOf(current, closing.signal);
      session = undefined;
      if (!isClosing()) listener.onDown(error);
      await current.close().catch(() => undefined);
    }
  };

  const running = run(await start());
  return {
    pause: (partitions) => session?.pause(partitions),
    resume: (partitions) => session?.resume(partitions),
    commit: async (offsets) => {
      if (session === undefined) throw new KafkaTransportError('member-down', `Out of group "${options.groupId}".`);
      await session.commit(offsets);
    },
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

/** Looking for brokers goes on for as long as a session lasts: within it a member may come back as itself, and needs no new share. */
function retryFor({ sessionTimeoutMs }: MemberOptions) {
  return { initialRetryTime: 100, maxRetryTime: 1000, retries: Math.ceil(sessionTimeoutMs / 1000) + 3 };
}

/** Why a session ended, or nothing when the member closes. There are many sessions: none leaves anything at the signal. */
async function endOf({ crashed }: ConsumerSession, signal: AbortSignal): Promise<unknown> {
  const end = Promise.withResolvers<unknown>();
  const close = (): void => end.resolve(undefined);
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  void crashed.then(end.resolve);
  try {
    return await end.promise;
  } finally {
    signal.removeEventListener('abort', close);
  }
}
