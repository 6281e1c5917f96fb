import { styleText } from 'node:util';
import type { Figure } from './figure-groups.ts';

export type Tone = Figure['tone'] | 'strong' | 'good';

/** Gives a text the look of its tone. */
export type Paint = (tone: Tone, text: string) => string;

const styles = { plain: [], zero: ['dim'], fault: ['bold', 'red'], strong: ['bold'], good: ['green'] } as const;

/** Whether there are colours is the caller's decision; `styleText` must not look at the standard output once more. */
export function choosePaint(color: boolean): Paint {
  return (tone, text) => (color ? styleText([...styles[tone]], text, { validateStream: false }) : text);
}
