import { KafkaTransportError } from './kafka-error.ts';

interface Closable {
  readonly close: () => Promise<void>;
}

/** What a transport has opened and must close. */
export interface OpenThings {
  /** @throws KafkaTransportError `closed` */
  readonly refuseWhenClosed: () => void;
  /** Closes what was opened in the meantime too; `forget` runs when it is closed, by whomever. */
  readonly keep: <Opened extends Closable>(opened: Opened, forget?: () => void) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

export function createOpenThings(): OpenThings {
  const open = new Set<Closable>();
  let isClosed = false;

  const refuseWhenClosed = (): void => {
    if (isClosed) throw new KafkaTransportError('closed', 'The transport is closed.');
  };

  return {
    refuseWhenClosed,
    keep: async (opened, forget) => {
      const close = async (): Promise<void> => {
        open.delete(kept);
        forget?.();
        await opened.close();
      };
      const kept = { ...opened, close };
      open.add(kept);
      if (isClosed) await kept.close();
      refuseWhenClosed();
      return kept;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...open].map((opened) => opened.close()));
    },
  };
}
