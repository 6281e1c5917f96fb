import type { WireEntry } from '../message/wire-entry.ts';

/** Where a channel's messages go: a queue or a topic. */
export interface SendTarget {
  /** Of a request, and so of a message too. */
  readonly requestBytesMax: number;
  /** One request of up to ten entries. Answers for each by its place; rejects when the whole request failed. */
  readonly send: (entries: readonly WireEntry[], signal: AbortSignal) => Promise<readonly EntryAnswer[]>;
}

/** `undefined`: accepted. SQS and SNS accept a duplicate as they do any other, and deliver it to nobody. */
export type EntryAnswer = EntryFailure | undefined;

export interface EntryFailure {
  readonly code: string;
  readonly text: string;
  /** It would fail again. */
  readonly isSenderFault: boolean;
}

/** Entries of a request in the sense of SQS and SNS. */
export const requestEntriesMax = 10;

interface Failed {
  readonly Id: string | undefined;
  readonly Code: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault: boolean | undefined;
}

interface BatchResult {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly Failed[] | undefined;
}

/** Reads the answer of a batch call whose entries have their places as ids. One that is not named may have been accepted. */
export function answersOf(count: number, { Successful = [], Failed = [] }: BatchResult): readonly EntryAnswer[] {
  const answers = Array.from<unknown, EntryAnswer>({ length: count }, () => unanswered);
  for (const { Id } of Successful) answers[Number(Id)] = undefined;
  for (const { Id, Code = '', Message = '', SenderFault = false } of Failed) {
    answers[Number(Id)] = { code: Code, text: Message, isSenderFault: SenderFault };
  }
  return answers;
}

/** Stands for an entry that the answer does not name. */
export const unanswered: EntryFailure = { code: '', text: 'The answer does not name it.', isSenderFault: false };
