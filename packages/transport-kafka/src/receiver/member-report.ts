import { createPendingFailure } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';

/** What a receive has to tell of the member, beside deliveries: where the member is out of its group, that there is nothing would hide it. */
export interface MemberReport {
  readonly note: (error: unknown) => void;
  /** Throws what was noted, once. */
  readonly raise: () => void;
  /** True once after a failure: an empty answer says that the receiver works again. */
  readonly isSeenAgain: () => boolean;
  /**
   * A receive has waited in vain.
   * @throws KafkaTransportError `member-down` where nothing can come
   */
  readonly endOfWait: () => void;
}

export interface MemberReportOptions {
  readonly groupId: string;
  readonly isIn: () => boolean;
}

export function createMemberReport({ groupId, isIn }: MemberReportOptions): MemberReport {
  const failure = createPendingFailure();
  let isDoubted = false;

  return {
    note: failure.note,
    raise: () => {
      try {
        failure.raise();
      } catch (error) {
        isDoubted = true;
        throw error;
      }
    },
    isSeenAgain: () => {
      const isAgain = isDoubted && isIn();
      if (isAgain) isDoubted = false;
      return isAgain;
    },
    endOfWait: () => {
      if (isIn()) return;
      isDoubted = true;
      throw new KafkaTransportError(
        'member-down',
        `The member of group "${groupId}" is out of it, or its session is over.`,
      );
    },
  };
}
