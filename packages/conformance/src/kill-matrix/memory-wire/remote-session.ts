import type { Socket } from 'node:net';
import { memoryFrameCodes } from '../../proxy/frames/memory-frames.ts';
import { framedSocket } from './framed-socket.ts';
import { lostError, refusedError } from './remote-broker-error.ts';
import type { RemoteBrokerError } from './remote-broker-error.ts';
import type { Answers, Call, Loss, Reply, Request, RequestOf } from './requests.ts';

/** One connection from its first call to its end. What was opened on it ends with it. */
export interface RemoteSession {
  readonly isOpen: boolean;
  /** @throws RemoteBrokerError `refused` with the broker's code, or `connection-lost`: then nobody knows whether it was done. */
  readonly ask: <Ask extends Request['ask']>(request: RequestOf<Ask>) => Promise<Answers[Ask]>;
  /** Tells a receiver which of its receipts are no longer its own. */
  readonly onLoss: (receiver: number, listener: (receipts: readonly number[]) => void) => void;
  /** Runs once, after every call under way has been rejected; at once when it has ended already. */
  readonly onEnd: (listener: () => void) => void;
  readonly end: () => void;
}

export interface SessionOptions {
  readonly socket: Socket;
  /** A call that is not answered for so long ends the connection; one that receives waits as long as the broker likes. */
  readonly answerMsMax: number;
  /** How often a word is expected when nothing is asked. */
  readonly heartbeatMs: number;
}

interface Waiting {
  readonly resolve: (answer: Answers[keyof Answers]) => void;
  readonly reject: (error: RemoteBrokerError) => void;
  readonly deadline: NodeJS.Timeout | undefined;
}

/** `socket` is connected. */
export function createRemoteSession({ socket, answerMsMax, heartbeatMs }: SessionOptions): RemoteSession {
  const waiting = new Map<number, Waiting>();
  const losses = new Map<number, (receipts: readonly number[]) => void>();
  const enders: (() => void)[] = [];
  let calls = 0;
  let failure: unknown;
  let isOpen = true;

  const framed = framedSocket(socket, (code, value) => {
    if (code === memoryFrameCodes.lost) hearLoss(value as Loss);
    else hearReply(value as Reply);
  });
  const hearLoss = ({ receiver, receipts }: Loss): void => losses.get(receiver)?.(receipts);
  const hearReply = (reply: Reply): void => {
    const asked = waiting.get(reply.call);
    waiting.delete(reply.call);
    clearTimeout(asked?.deadline);
    if ('error' in reply) asked?.reject(refusedError(reply.error));
    else asked?.resolve(reply.answer);
  };

  const ask = <Ask extends Request['ask']>(request: RequestOf<Ask>): Promise<Answers[Ask]> =>
    new Promise<Answers[keyof Answers]>((resolve, reject) => {
      if (!isOpen) {
        reject(lostError(failure));
        return;
      }
      calls += 1;
      const isPatient = request.ask === 'receive';
      const deadline = isPatient ? undefined : setTimeout(() => socket.destroy(silence(request.ask)), answerMsMax);
      waiting.set(calls, { resolve, reject, deadline });
      framed.write(codeOf(request), { call: calls, request } satisfies Call);
      // The host answers each kind of question with its own kind of answer.
    }) as Promise<Answers[Ask]>;

  const heartbeat = setInterval(() => void ask({ ask: 'ping' }).catch(() => undefined), heartbeatMs);

  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(heartbeat);
    for (const { reject, deadline } of waiting.values()) {
      clearTimeout(deadline);
      reject(lostError(failure));
    }
    waiting.clear();
    socket.destroy();
    for (const listener of enders) listener();
  };
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', end);

  return {
    get isOpen() {
      return isOpen;
    },
    ask,
    onLoss: (receiver, listener) => losses.set(receiver, listener),
    onEnd: (listener) => {
      if (isOpen) enders.push(listener);
      else listener();
    },
    end,
  };
}

function codeOf({ ask }: Request): number {
  return ask === 'send' || ask === 'settle' || ask === 'receive' ? memoryFrameCodes[ask] : memoryFrameCodes.call;
}

function silence(ask: string): Error {
  return new Error(`The broker has not answered '${ask}' in time.`);
}
