import type { FrameChoice } from '../frame-choice.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { ToxicScope } from '../toxic.ts';

/** Turns single bits over: by chance in all bytes, or one certain bit of certain frames. Lengths stay. */
export type BitFlipToxic = RandomBitFlip | FrameBitFlip;

export interface RandomBitFlip extends ToxicScope {
  readonly kind: 'bit-flip';
  /** That one of a byte's bits is turned over, from 0 to 1, drawn for each byte. */
  readonly probability: number;
}

export interface FrameBitFlip extends ToxicScope, FrameChoice {
  readonly kind: 'bit-flip';
  /** Which byte of the frame, from 0; negative from its end. A frame without this byte stays as it is. */
  readonly byte: number;
  /** Which bit of it, 0 (lowest) to 7. Default 0. */
  readonly bit?: number;
}

export function bitFlipStage(toxic: BitFlipToxic, context: StageContext): Stage {
  return 'probability' in toxic ? randomFlips(toxic, context) : frameFlips(toxic, context);
}

function randomFlips({ probability }: RandomBitFlip, { random, hit, isOver }: StageContext): Stage {
  return async (piece, next) => {
    if (isOver()) return next(piece);
    const bytes = Buffer.from(piece.bytes);
    bytes.forEach((byte, at) => {
      if (random() >= probability) return;
      bytes[at] = byte ^ (1 << Math.floor(random() * 8));
      hit();
    });
    await next({ ...piece, bytes });
  };
}

function frameFlips({ byte, bit = 0 }: FrameBitFlip, { takes }: StageContext): Stage {
  return async (piece, next) => {
    const old = piece.bytes.at(byte);
    if (old === undefined || !takes(piece.frame)) return next(piece);
    const bytes = Buffer.from(piece.bytes);
    bytes[byte < 0 ? bytes.length + byte : byte] = old ^ (1 << bit);
    await next({ ...piece, bytes });
  };
}
