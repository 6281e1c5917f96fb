import type { Frame, FrameOrigin, Proxy, ToxicHandle } from '../proxy/index.ts';
import type { BoundaryRequest } from './boundary.ts';
import type { BrokerExchanges, Exchange } from './exchange.ts';
import { strikeMark } from './shop/strike-point.ts';
import type { WirePhase } from './strike.ts';

/** The answer to a buyer goes through no proxy. */
export type WireRequest = Exclude<BoundaryRequest, 'answer'>;

/** The victim's ways to the database and the broker. */
export interface VictimWires {
  readonly database: Proxy;
  readonly broker: Proxy;
  /** What is said to the broker. */
  readonly exchanges: BrokerExchanges;
}

interface WatchedExchange extends Exchange {
  readonly link: 'database' | 'broker';
  /** Only on the connection of the transaction that has come to the boundary. */
  readonly isMarked?: boolean;
}

/** How long a reply is kept back whose process is struck meanwhile. */
const heldMs = 300;

/**
 * Waits for the request of a boundary on the victim's wires and strikes there, once. `strike` is called in the turn in which the frame was
 * seen, before it or anything behind it is passed on.
 */
export function armWire(
  wires: VictimWires,
  { request, phase }: { readonly request: WireRequest; readonly phase: WirePhase },
  strike: () => void,
): ToxicHandle {
  const exchange = exchangeOf(request, wires.exchanges);
  const { isReply } = exchange;
  const watch = createWatch(exchange, phase === 'request-lost' || (isReply === 'none' && phase !== 'replied'));
  const at = (frame: Frame, origin: FrameOrigin): boolean => {
    const isHere = watch(frame, origin);
    if (isHere) strike();
    return isHere;
  };
  const proxy = wires[exchange.link];
  if (phase === 'reply-held') return proxy.addToxic({ kind: 'hold-reply', at, ms: heldMs, times: 1 });
  const deliver = phase === 'replied' || (phase === 'reply-lost' && isReply === 'none');
  return proxy.addToxic({ kind: 'cut', at, deliver, times: 1 });
}

/** True once: at the request, or at the first reply on its connection. */
function createWatch(
  { isRequest, isReply, isMarked = false }: WatchedExchange,
  atRequest: boolean,
): (frame: Frame, origin: FrameOrigin) => boolean {
  const marked = new Set<number>();
  let asked: number | undefined;
  let isOver = false;
  const isHere = (frame: Frame, { connection, direction }: FrameOrigin): boolean => {
    if (direction === 'to-client') return asked === connection && (isReply === 'none' || isReply(frame));
    if (isMarked && frame.bytes.includes(strikeMark)) {
      marked.add(connection);
      return false;
    }
    if (asked !== undefined || !isRequest(frame) || (isMarked && !marked.has(connection))) return false;
    asked = connection;
    return atRequest;
  };
  return (frame, origin) => {
    if (isOver) return false;
    isOver = isHere(frame, origin);
    return isOver;
  };
}

const any = (): boolean => true;
/** The messages that carry the text of a statement. */
const isStatement = ({ label }: Frame): boolean => label === 'P' || label === 'Q';
/** The store never begins with a simple query. The level is there where the session does not keep it. */
const isBegin = ({ label, bytes }: Frame): boolean =>
  label === 'P' && ['\0begin\0', '\0begin isolation level'].some((text) => bytes.includes(text));

function exchangeOf(request: WireRequest, ofBroker: BrokerExchanges): WatchedExchange {
  if (request === 'broker') return { link: 'broker', isRequest: any, isReply: any };
  if (request === 'publish' || request === 'settle') return { link: 'broker', ...ofBroker[request] };
  return databaseExchanges[request];
}

const databaseExchanges: Readonly<Record<Exclude<WireRequest, 'broker' | 'publish' | 'settle'>, WatchedExchange>> = {
  begin: {
    link: 'database',
    isRequest: isBegin,
    isReply: any,
  },
  statement: { link: 'database', isRequest: isStatement, isReply: any, isMarked: true },
  commit: { link: 'database', isRequest: ({ kind }) => kind === 'postgres.commit', isReply: any, isMarked: true },
  delete: {
    link: 'database',
    isRequest: (frame) => isStatement(frame) && frame.bytes.includes('.outbox where id = any'),
    isReply: any,
  },
};
