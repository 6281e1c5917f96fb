import type {
  ChannelAddress,
  SendOutcome,
  TransportCapabilities,
  TransportDriver,
  TransportErrorCode,
  TransportMessage,
} from '../driver/index.ts';
import { InjectedFault } from './fault-rates.ts';
import { inProcessCapabilities } from './in-process-capabilities.ts';

export interface SentMessage {
  readonly address: ChannelAddress;
  readonly message: TransportMessage;
}

export interface RecordingTransport extends TransportDriver {
  /** What the broker has taken, in its order; repeats included. */
  readonly sent: readonly SentMessage[];
  /** What was handed over, call by call, taken or not. */
  readonly batches: readonly (readonly TransportMessage[])[];
}

export interface RecordingTransportOptions {
  readonly send?: Partial<TransportCapabilities['send']>;
  /** Awaited before a batch is looked at: may take its time, or throw as a broker that is down. */
  readonly onBatch?: (messages: readonly TransportMessage[], address: ChannelAddress) => Promise<void> | void;
  /** A code refuses the message. Default: everything is taken. */
  readonly refuse?: (message: TransportMessage, address: ChannelAddress) => TransportErrorCode | undefined;
}

/** A broker that can only be sent to and remembers everything: for tests of what leaves an outbox, and in which order. */
export function recordingTransport(options: RecordingTransportOptions = {}): RecordingTransport {
  const send = { ...inProcessCapabilities.send, ...options.send };
  const receive = { level: 'unsupported', source: 'testing/recording-transport.ts', batchMax: 0 } as const;
  const sent: SentMessage[] = [];
  const batches: (readonly TransportMessage[])[] = [];

  const sendBatch = async (
    address: ChannelAddress,
    messages: readonly TransportMessage[],
  ): Promise<readonly SendOutcome[]> => {
    batches.push(messages);
    await options.onBatch?.(messages, address);
    const stopped = new Set<string>();
    return messages.map((message): SendOutcome => {
      const { key } = message;
      const isStopped = key !== undefined && stopped.has(key);
      const code = isStopped ? 'unavailable' : options.refuse?.(message, address);
      if (code === undefined) {
        sent.push({ address, message });
        return { status: 'confirmed' };
      }
      if (key !== undefined && send.afterFailure === 'stops-key') stopped.add(key);
      return { status: 'rejected', error: new InjectedFault(code) };
    });
  };

  return {
    specVersion: 1,
    name: 'recording',
    capabilities: { ...inProcessCapabilities, receive, send },
    sent,
    batches,
    ensureTopology: async () => undefined,
    openSender: async (address) => ({
      sendBatch: (messages) => sendBatch(address, messages),
      close: async () => undefined,
    }),
    openReceiver: () => Promise.reject(new InjectedFault('unsupported')),
    inspect: async () => ({ ready: undefined, inFlight: undefined, oldestAgeMs: undefined }),
    codeOf: (error) => (isRefusal(error) ? error.code : 'unknown'),
    close: async () => undefined,
  };
}

const isRefusal = (error: unknown): error is InjectedFault<TransportErrorCode> => error instanceof InjectedFault;
