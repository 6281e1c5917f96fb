import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { PropertyId } from '../properties/properties.ts';
import type { Deviation } from './deviation.ts';
import { runCase } from './run-case.ts';
import type { CaseOptions, CaseOutcome } from './run-case.ts';
import type { PropertyResult } from './verdict.ts';

export interface PropertyOptions extends CaseOptions {
  readonly cases: readonly ConformanceCase[];
  readonly deviations: readonly Deviation[];
  /** Whether the id was asked for by name. */
  readonly isNamed: boolean;
}

type Judged = Pick<PropertyResult, 'verdict' | 'reason' | 'cause'>;

/** Runs every case of one property in this mode and gives the one verdict. */
export async function runProperty(id: PropertyId, options: PropertyOptions): Promise<PropertyResult> {
  const { clock, harness, mode, deviations } = options;
  const { level } = harness.levels[id];
  const kind = level === 'unsupported' ? 'negative' : 'positive';
  const own = options.cases.filter((candidate) => candidate.id === id && candidate.kind === kind);
  const due = own.filter(({ modes }) => modes.includes(mode));
  const startMs = clock.monotonic();
  const outcomes: CaseOutcome[] = [];
  for (const [place, each] of due.entries()) {
    outcomes.push(await runCase(each, { ...options, runId: `${options.runId}-${id.toLowerCase()}-${place + 1}` }));
  }
  const elapsedMs = clock.monotonic() - startMs;
  const isAsked = options.isNamed || due.length > 0;
  const none =
    own.length === 0 ? `no ${kind === 'negative' ? 'negative ' : ''}case yet` : `has no case in mode ${mode}`;
  const judged = due.length === 0 ? notRun(none) : judge(outcomes, level === 'unsupported');
  const deviation = deviations.find((candidate) => candidate.id === id);
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  return { id, level, isAsked, elapsedMs, ...(deviation === undefined ? judged : excuse(judged, deviation, today)) };
}

function judge(outcomes: readonly CaseOutcome[], isNegative: boolean): Judged {
  const failed = outcomes.find(({ status }) => status === 'failed');
  if (failed?.status === 'failed') return { verdict: 'fail', reason: failed.reason, cause: failed.cause };
  const missed = outcomes.find(({ status }) => status === 'not-run');
  if (missed?.status === 'not-run') return notRun(missed.reason);
  return { verdict: isNegative ? 'negative-pass' : 'pass', reason: '', cause: 'none' };
}

/** A deviation is expected to fail, and only until its day. */
function excuse(judged: Judged, { reason, link, expires }: Deviation, today: string): Judged {
  if (judged.verdict === 'not-run') return judged;
  if (judged.verdict !== 'fail') {
    return { verdict: 'fail', cause: 'assertion', reason: `passes now: take its deviation away (${link})` };
  }
  if (today > expires) return { ...judged, reason: `its deviation expired on ${expires} (${link}): ${judged.reason}` };
  return { verdict: 'deviation', cause: 'none', reason: `${reason}, until ${expires}: ${link}` };
}

const notRun = (reason: string): Judged => ({ verdict: 'not-run', reason, cause: 'none' });
