/** Questions to a process that may be dead, stopped or cut off, each waited for as long as a buyer would. */
export interface PendingAnswers {
  /** Whether the answer came in time and is yes. */
  readonly ask: (send: (id: number) => void, patienceMs: number) => Promise<boolean>;
  readonly answer: (id: number, isDone: boolean) => void;
  /** The next answer is lost on its way. */
  readonly dropNext: (onDropped: () => void) => void;
  /** Nobody will answer any more. */
  readonly giveUp: () => void;
}

export function createPendingAnswers(): PendingAnswers {
  const waiting = new Map<number, (isDone: boolean) => void>();
  let questions = 0;
  let drop: (() => void) | undefined;
  return {
    ask: async (send, patienceMs) => {
      questions += 1;
      const id = questions;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const patience = setTimeout(resolve, patienceMs, false);
      waiting.set(id, resolve);
      send(id);
      const isDone = await promise;
      clearTimeout(patience);
      waiting.delete(id);
      return isDone;
    },
    answer: (id, isDone) => {
      const onDropped = drop;
      drop = undefined;
      waiting.get(id)?.(isDone && onDropped === undefined);
      onDropped?.();
    },
    dropNext: (onDropped) => {
      drop = onDropped;
    },
    giveUp: () => {
      for (const resolve of waiting.values()) resolve(false);
    },
  };
}
