import type {
  Random,
  SendOutcome,
  SettleOutcome,
  TransportDriver,
  TransportErrorCode,
  TransportMessage,
  TransportReceiver,
  TransportSender,
} from '../driver/index.ts';
import type { BoundaryWatch } from './boundary-watch.ts';
import { callWithFate, createFates, InjectedFault } from './fault-rates.ts';
import type { DrawFate, Fate, FaultRates } from './fault-rates.ts';
import type { ProcessGate } from './process-gate.ts';

export interface FaultyTransportOptions {
  readonly gate: ProcessGate;
  readonly boundaries: BoundaryWatch;
  readonly chance?: { readonly random: Random; readonly rates: FaultRates };
}

/**
 * Any transport, seen from one simulated process: dies at the boundaries R2, R3, C1 and C6–C8 (`crashBoundaryPlaces`; a direct
 * publish passes R2 and R3 as well), refuses, loses requests and replies by seeded chance, message by message. Nobody closes what a
 * dead process held: the broker waits until its leases end.
 */
export function faultyTransport(transport: TransportDriver, options: FaultyTransportOptions): TransportDriver {
  const { gate, chance } = options;
  const draw: DrawFate = chance === undefined ? () => 'passes' : createFates(chance.random, chance.rates);
  const stopsKey = transport.capabilities.send.afterFailure === 'stops-key';
  return {
    ...transport,
    ensureTopology: (topology) => gate.pass(() => transport.ensureTopology(topology)),
    openSender: (channel) =>
      gate.pass(async () => watchSender(await transport.openSender(channel), { ...options, draw, stopsKey })),
    openReceiver: (subscription, receiverOptions) =>
      gate.pass(async () => {
        const onLost = gate.into(receiverOptions.onLost);
        const receiver = await transport.openReceiver(subscription, { ...receiverOptions, onLost });
        return watchReceiver(receiver, options, draw);
      }),
    inspect: (subscription) => gate.pass(() => transport.inspect(subscription)),
    codeOf: (error) => (isTransportFault(error) ? error.code : transport.codeOf(error)),
    close: () => gate.pass(() => transport.close()),
  };
}

/** Injected by this transport, hence with one of its codes. */
const isTransportFault = (error: unknown): error is InjectedFault<TransportErrorCode> => error instanceof InjectedFault;

interface SenderFaults extends FaultyTransportOptions {
  readonly draw: DrawFate;
  readonly stopsKey: boolean;
}

function watchSender(sender: TransportSender, { gate, boundaries, draw, stopsKey }: SenderFaults): TransportSender {
  return {
    sendBatch: (messages) =>
      gate.pass(async () => {
        await boundaries.reach('R2');
        const fates = drawFates(messages, draw, stopsKey);
        const outcomes = await sendThose(sender, messages, fates);
        await boundaries.reach('R3');
        return outcomes;
      }),
    close: () => gate.pass(() => sender.close()),
  };
}

/** Where the transport promises it, nothing of a key is accepted behind a message of it that was not confirmed. */
function drawFates(messages: readonly TransportMessage[], draw: DrawFate, stopsKey: boolean): readonly Fate[] {
  const stopped = new Set<string>();
  return messages.map(({ key }) => {
    if (key !== undefined && stopped.has(key)) return 'refused';
    const fate = draw();
    if (fate !== 'passes' && key !== undefined && stopsKey) stopped.add(key);
    return fate;
  });
}

async function sendThose(
  sender: TransportSender,
  messages: readonly TransportMessage[],
  fates: readonly Fate[],
): Promise<readonly SendOutcome[]> {
  const sent = messages.filter((_, place) => isSent(fates[place]));
  const answers = sent.length === 0 ? [] : await sender.sendBatch(sent);
  const outcomes = new Map(sent.map((message, place) => [message, answers[place]]));
  return messages.map((message, place) => {
    const fate = fates[place];
    if (fate === 'refused') return { status: 'rejected', error: new InjectedFault('unavailable') };
    const outcome = fate === 'passes' ? outcomes.get(message) : undefined;
    return outcome ?? { status: 'unknown', error: new InjectedFault('timeout') };
  });
}

const isSent = (fate: Fate | undefined): boolean => fate === 'passes' || fate === 'reply-lost';

function watchReceiver(
  receiver: TransportReceiver,
  { gate, boundaries }: FaultyTransportOptions,
  draw: DrawFate,
): TransportReceiver {
  return {
    receiveBatch: (limit, signal) =>
      gate.pass(async () => {
        const deliveries = await callWithFate(draw(), () => receiver.receiveBatch(limit, signal));
        if (deliveries.length > 0) await boundaries.reach('C1');
        return deliveries;
      }),
    settleBatch: async (settlements) => {
      const accepts = settlements.some(({ action }) => action === 'accept');
      const outcomes = await gate.pass(async (): Promise<readonly SettleOutcome[]> => {
        if (accepts) await boundaries.reach('C6');
        const settled = await callWithFate(draw(), () => receiver.settleBatch(settlements));
        if (accepts) await boundaries.reach('C7');
        return settled;
      });
      if (accepts) boundaries.mark('C8');
      return outcomes;
    },
    extendBatch: (receipts, leaseMs) =>
      gate.pass(() => callWithFate(draw(), () => receiver.extendBatch(receipts, leaseMs))),
    close: () => gate.pass(() => receiver.close()),
  };
}
