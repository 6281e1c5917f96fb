import { BrokerNotAvailable } from '../broker-not-available.ts';
import { brokerKinds, type Broker, type BrokerKind } from '../broker.ts';
import { startBroker } from '../start-broker.ts';
import { formatExports } from './format-exports.ts';
import type { Wish } from './parse-arguments.ts';

/** What `up` starts and where it writes. */
export interface UpOptions {
  /** An empty list means: all that can be had. */
  readonly wishes: readonly Wish[];
  /** Takes each broker as soon as it runs; whoever calls stops it. */
  readonly onStart: (broker: Broker) => void;
  /** Takes what a shell may read. */
  readonly print: (text: string) => void;
  /** Takes what a person may read. */
  readonly tell: (text: string) => void;
}

/**
 * Starts brokers one after the other and prints the environment that names them. What cannot be had is told and left out.
 * Resolves with the kinds that are missing.
 */
export async function up({ wishes, onStart, print, tell }: UpOptions): Promise<readonly BrokerKind[]> {
  const started: Broker[] = [];
  const missing: BrokerKind[] = [];
  for (const wish of wishes.length > 0 ? wishes : brokerKinds.map((kind) => ({ kind }))) {
    const broker = await startOrTell(wish, tell);
    if (broker === undefined) missing.push(wish.kind);
    else {
      started.push(broker);
      onStart(broker);
      tell(`${wish.kind} runs: ${broker.product} ${broker.version}, ${origins[broker.startedBy]}`);
    }
  }
  if (started.length > 0) {
    print(formatExports(started));
    tell('Set these in the terminals in which you work. Ctrl+C here ends the brokers and removes their data.');
  }
  return missing;
}

const origins = { native: 'a process of its own', docker: 'in Docker', environment: 'from the environment' } as const;

async function startOrTell({ kind, ...demands }: Wish, tell: (text: string) => void): Promise<Broker | undefined> {
  tell(`${kind} starts …`);
  try {
    // Not the one that the environment names: whoever says `up` wants a new one.
    return await startBroker(kind, { ...demands, origins: ['docker', 'native'], log: tell });
  } catch (error) {
    if (!(error instanceof BrokerNotAvailable)) throw error;
    tell(error.message);
    return undefined;
  }
}
