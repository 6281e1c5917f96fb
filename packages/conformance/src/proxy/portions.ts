import type { Piece } from './stage.ts';

/** The piece itself when it is small enough, else parts of it. */
export function portions(piece: Piece, bytesMax: number): readonly Piece[] {
  if (piece.bytes.length <= bytesMax) return [piece];
  return Array.from({ length: Math.ceil(piece.bytes.length / bytesMax) }, (_, index) => ({
    ...piece,
    frame: null,
    bytes: piece.bytes.subarray(index * bytesMax, (index + 1) * bytesMax),
  }));
}
