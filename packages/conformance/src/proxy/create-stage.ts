import type { Stage, StageContext } from './stage.ts';
import type { Toxic } from './toxic.ts';
import { bandwidthStage } from './toxics/bandwidth.ts';
import { bitFlipStage } from './toxics/bit-flip.ts';
import { blackHoleStage } from './toxics/black-hole.ts';
import { cutStage } from './toxics/cut.ts';
import { duplicateReplyStage } from './toxics/duplicate-reply.ts';
import { halfOpenStage } from './toxics/half-open.ts';
import { holdReplyStage } from './toxics/hold-reply.ts';
import { latencyStage } from './toxics/latency.ts';
import { limitStage } from './toxics/limit.ts';
import { resetStage } from './toxics/reset.ts';
import { sliceStage } from './toxics/slice.ts';

/** Sets a toxic to work on one direction of one connection. */
export function createStage(toxic: Toxic, context: StageContext): Stage {
  switch (toxic.kind) {
    case 'latency':
      return latencyStage(toxic, context);
    case 'bandwidth':
      return bandwidthStage(toxic, context);
    case 'slice':
      return sliceStage(toxic, context);
    case 'black-hole':
      return blackHoleStage(toxic, context);
    case 'half-open':
      return halfOpenStage(toxic, context);
    case 'reset':
      return resetStage(toxic, context);
    case 'limit':
      return limitStage(toxic, context);
    case 'bit-flip':
      return bitFlipStage(toxic, context);
    case 'cut':
      return cutStage(toxic, context);
    case 'hold-reply':
      return holdReplyStage(toxic, context);
    // The one kind that is left: another one would not have this type.
    default:
      return duplicateReplyStage(toxic, context);
  }
}
