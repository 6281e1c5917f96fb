import type { Emulator } from './emulator.ts';
import { elasticmq } from './measured/elasticmq.ts';
import { fauxqs } from './measured/fauxqs.ts';
import { localstack } from './measured/localstack.ts';
import { ministack } from './measured/ministack.ts';

/** All that the suite knows, the everyday one first. */
export const emulators: readonly Emulator[] = [fauxqs, elasticmq, localstack, ministack];
