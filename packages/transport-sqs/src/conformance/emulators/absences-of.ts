import type { Harness } from '@waybill/conformance';
import { queueTypeOf } from '../columns.ts';
import type { Column } from '../columns.ts';
import type { Emulator } from './emulator.ts';

/** What no case can have on this emulator, with the reason; what SQS has of it is a deviation besides. */
export function absencesOf({ kind, deviations }: Emulator, column: Column): NonNullable<Harness['absent']> {
  const departsIn = (point: string): boolean => deviations.some((deviation) => deviation.point === point);
  return {
    refusePublishes: 'SQS never runs out of room',
    ...(departsIn('messages-survive-a-crash') && { restartBroker: `${kind} keeps everything in memory` }),
    ...(departsIn('strangers-are-refused') && { connectAsStranger: `${kind} takes any credentials` }),
    ...lateAnswers(),
  };

  function lateAnswers(): Harness['absent'] {
    if (queueTypeOf(column) === 'standard') return { lateAnswers: 'a standard queue takes a late deletion' };
    return departsIn('expired-receipt-is-refused') ? { lateAnswers: `${kind} takes a late deletion` } : {};
  }
}
