import { busRun } from '../bus-run.ts';
import { handWrittenLoop } from '../hand-written-loop.ts';
import type { Measurement } from '../measurement.ts';
import { median, timed } from '../statistics.ts';

const messages = 200_000;
const keys = 1000;
const rounds = 7;

/**
 * The whole way of a message in one process, against a hand-written loop that only encodes, decodes, validates and awaits the handler.
 * The rounds alternate, so that a slow moment of the machine hits both; the ratio is the median over the rounds.
 */
export async function endToEnd(): Promise<readonly Measurement[]> {
  const handler = async (): Promise<void> => undefined;
  const loop = () => handWrittenLoop(messages, keys, handler);
  const bus = () => busRun({ messages, keys, callers: 64, handler });
  for (const warmUp of [loop, bus, bus]) await warmUp();
  const loopMs: number[] = [];
  const busMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    loopMs.push(await timed(loop));
    busMs.push(await timed(bus));
  }
  const perSecond = (ms: readonly number[]): number => Math.round((messages / median(ms)) * 1000);
  const ratio = median(loopMs.map((ms, round) => ms / (busMs[round] ?? Number.NaN)));
  const scenario = 'end to end';
  return [
    { scenario, figure: 'hand-written loop', value: perSecond(loopMs), unit: 'messages/s', bound: undefined },
    { scenario, figure: 'bus', value: perSecond(busMs), unit: 'messages/s', bound: undefined },
    { scenario, figure: 'bus / hand-written loop', value: ratio, unit: '×', bound: { kind: 'at-least', value: 0.7 } },
  ];
}
