/** One attempt to publish, as its sender saw it. */
export interface PublishRecord {
  readonly runId: string;
  readonly key: string | undefined;
  /** Counts per key from 1, in the order of publishing. */
  readonly seq: number;
  readonly messageId: string;
  readonly outcome: 'confirmed' | 'rejected' | 'unknown';
}

/** One handling of one message. */
export interface DeliveryRecord {
  readonly consumerId: string;
  readonly pid: number;
  readonly messageId: string;
  readonly key: string | undefined;
  /** As the broker counts it. */
  readonly attempt: number;
  readonly startMs: number;
  /** `undefined` while it runs, and for ever when its process died. */
  readonly endMs: number | undefined;
  readonly outcome: DeliveryOutcome | undefined;
}

/** What the oracle counted in one look, taken when nothing more was on its way. */
export interface Judgement {
  /** Confirmed and never accepted. */
  readonly lost: number;
  /** Deliveries that began after their message had been accepted. */
  readonly repeated: number;
  /** Starts out of the order of their key. */
  readonly reordered: number;
}

export type DeliveryOutcome = 'accepted' | 'released' | 'lost' | 'failed';

/** What really happened, only ever added to. Every verdict on order, loss and duplicates is computed from it afterwards. */
export interface Ledger {
  readonly publishes: readonly PublishRecord[];
  /** In the order of their starts. */
  readonly deliveries: readonly DeliveryRecord[];
  readonly publish: (record: PublishRecord) => void;
  /** Notes the start; the answer notes the end, once. */
  readonly deliver: (
    start: Omit<DeliveryRecord, 'startMs' | 'endMs' | 'outcome'>,
  ) => (outcome: DeliveryOutcome) => void;
  /** The consumer died: what it had begun ends here, as `lost`, and nothing is written of what is left of it in this process. */
  readonly bury: (consumerId: string) => void;
  /** What was broken on purpose, in order. */
  readonly faults: readonly string[];
  /** Notes that a fault has landed. */
  readonly fault: (what: string) => void;
  readonly judgements: readonly Judgement[];
  readonly judge: (judgement: Judgement) => void;
}

export function createLedger(monotonic: () => number): Ledger {
  const publishes: PublishRecord[] = [];
  const deliveries: DeliveryRecord[] = [];
  const buried = new Set<string>();
  const faults: string[] = [];
  const judgements: Judgement[] = [];
  return {
    publishes,
    deliveries,
    faults,
    judgements,
    fault: (what) => void faults.push(what),
    judge: (judgement) => void judgements.push(judgement),
    publish: (record) => {
      publishes.push(record);
    },
    deliver: (start) => {
      if (buried.has(start.consumerId)) return () => undefined;
      const place = deliveries.length;
      const open: DeliveryRecord = { ...start, startMs: monotonic(), endMs: undefined, outcome: undefined };
      deliveries.push(open);
      return (outcome) => {
        if (deliveries[place]?.outcome !== undefined) return;
        deliveries[place] = { ...open, endMs: monotonic(), outcome };
      };
    },
    bury: (consumerId) => {
      buried.add(consumerId);
      for (const [place, delivery] of deliveries.entries()) {
        const isOpen = delivery.consumerId === consumerId && delivery.outcome === undefined;
        if (isOpen) deliveries[place] = { ...delivery, endMs: monotonic(), outcome: 'lost' };
      }
    },
  };
}
