import type { HandlerOptions } from '@waybill/core';
import type { ChildDriver } from '../harness/harness.ts';

/** What a child is told; the first order says what it is. */
export type ChildOrder = ConsumeOrder | PublishOrder | { readonly order: 'stop' } | Answer;

interface CommonOrder {
  readonly driver: Pick<ChildDriver, 'module' | 'settings'>;
  /** Name of the command; its messages are numbered as those of every case. */
  readonly command: string;
  /** Makes the ids of the bus its own. */
  readonly name: string;
}

/** Handle the command until told to stop. */
export interface ConsumeOrder extends CommonOrder {
  readonly order: 'consume';
  readonly concurrency: number;
  readonly waitingMax: number;
  readonly leaseMs: number;
  /** How long each handler takes. */
  readonly workMs: number;
  /** How long the first handler blocks the whole process; default 0. */
  readonly stallMs: number;
  readonly guarantees: HandlerOptions;
}

/** Publish 1 … `perKey` of every key, none awaited before the next. */
export interface PublishOrder extends CommonOrder {
  readonly order: 'publish';
  readonly runId: string;
  readonly keys: readonly string[];
  readonly perKey: number;
}

/** The parent has written this report down. */
export interface Answer {
  readonly order: 'go-on';
  readonly report: number;
}

/** What a child tells. It goes on with the matter only when the parent has answered, so that the ledger knows before the broker does. */
export type ChildReport =
  | { readonly report: 'ready' }
  | {
      readonly report: 'started';
      readonly id: number;
      readonly messageId: string;
      readonly key: string;
      readonly attempt: number;
    }
  | {
      readonly report: 'ended';
      readonly id: number;
      readonly messageId: string;
      readonly outcome: 'accepted' | 'failed';
    }
  | { readonly report: 'aborted'; readonly id: number; readonly messageId: string }
  | {
      readonly report: 'published';
      readonly id: number;
      readonly key: string;
      readonly seq: number;
      readonly outcome: 'confirmed' | 'rejected' | 'unknown';
    }
  | { readonly report: 'crashed'; readonly reason: string };
