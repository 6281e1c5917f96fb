import { declareLevel } from '@waybill/conformance';
import type { PropertyLevels } from '@waybill/conformance';
import { memoryLevels } from './memory-levels.ts';

const windowIds = ['DUP-1', 'DUP-2', 'DUP-5', 'DUP-7'] as const;
const windowed = declareLevel('native', 'the broker knows an identity for its window', windowIds);

const groupIds = ['DUP-6', 'FAN-1', 'FAN-6', 'FAN-8', 'RTY-12', 'ORD-12'] as const;
const single = declareLevel('unsupported', 'a queue has one group', groupIds);

const undelayed = declareLevel('unsupported', 'a message cannot be delayed', ['DEL-15', 'ORD-13']);

const unordered = declareLevel('unsupported', 'the broker keeps no order, and a key belongs to nobody', [
  'ORD-1',
  'ORD-2',
  'ORD-3',
  'ORD-4',
  'ORD-5',
  'ORD-6',
  'ORD-8',
  'ORD-9',
  'ORD-10',
  'ORD-11',
  'ORD-12',
  'ORD-13',
  'FAN-4',
]);

/** What the models of AWS queues can and `plain` cannot, and the other way round. */
export const profileLevels = {
  'sqs-standard': { ...memoryLevels, ...unordered, ...single },
  'sqs-fifo': { ...memoryLevels, ...windowed, ...single, ...undelayed },
  'sns-to-sqs': { ...memoryLevels, ...unordered, ...undelayed },
  'sns-fifo-to-sqs-fifo': { ...memoryLevels, ...windowed, ...undelayed },
} satisfies Readonly<Record<string, PropertyLevels>>;
