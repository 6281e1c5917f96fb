import type { ConformanceCase } from '../harness/conformance-case.ts';
import { addTotals } from '../ledger/ledger-totals.ts';
import type { Deviation } from './deviation.ts';
import { runCase } from './run-case.ts';
import type { CaseOptions, CaseOutcome, CaseReport } from './run-case.ts';
import type { Subject, SuiteHarness } from './suite.ts';
import type { PropertyResult } from './verdict.ts';

export interface PropertyOptions<
  Id extends string,
  Proven extends SuiteHarness<Id> & Subject,
  Place,
> extends CaseOptions<Id, Proven, Place> {
  /** Whether the id was asked for by name. */
  readonly isNamed: boolean;
}

type Judged = Pick<PropertyResult, 'verdict' | 'reason' | 'cause'>;

/** Runs every case of one property in this mode and gives the one verdict. */
export async function runProperty<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  id: Id,
  options: PropertyOptions<Id, Proven, Place>,
): Promise<PropertyResult<Id>> {
  const { clock, harness } = options;
  const { level, note } = harness.levels[id];
  const due = casesDue(id, options);
  const startMs = clock.monotonic();
  const reports: CaseReport[] = [];
  for (const [place, each] of due.entries()) {
    reports.push(await runCase(each, { ...options, runId: `${options.runId}-${id.toLowerCase()}-${place + 1}` }));
  }
  const elapsedMs = clock.monotonic() - startMs;
  const isAsked = options.isNamed || due.length > 0;
  const outcomes = reports.map(({ outcome }, place) => ({ ...outcome, title: due[place]?.title ?? '' }));
  const judged = due.length === 0 ? notRun(whyNone(id, options)) : judge(outcomes, level === 'unsupported');
  const totals = addTotals(reports.map((report) => report.totals));
  // What this mode does not look at is not run, whatever is known of the server.
  const deviation = due.length === 0 ? undefined : harness.deviations?.find((candidate) => candidate.id === id);
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const verdict = deviation === undefined ? judged : excuse(judged, deviation, today);
  return { id, level, note, ...verdict, isAsked, elapsedMs, totals };
}

/** What is run of one property in this mode: the negative cases where it is unsupported, else the positive ones. */
export function casesDue<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  id: Id,
  { suite: { cases }, harness, mode }: Pick<CaseOptions<Id, Proven, Place>, 'suite' | 'harness' | 'mode'>,
): readonly ConformanceCase<Id, Place>[] {
  const kind = harness.levels[id].level === 'unsupported' ? 'negative' : 'positive';
  return cases.filter((each) => each.id === id && each.kind === kind && each.modes.includes(mode));
}

function whyNone<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  id: Id,
  { suite: { cases }, harness, mode }: CaseOptions<Id, Proven, Place>,
): string {
  const kind = harness.levels[id].level === 'unsupported' ? 'negative' : 'positive';
  const exists = cases.some((each) => each.id === id && each.kind === kind);
  return exists ? `no case in mode ${mode}` : `the suite has no ${kind} case`;
}

type TitledOutcome = CaseOutcome & Pick<ConformanceCase, 'title'>;

function judge(outcomes: readonly TitledOutcome[], isNegative: boolean): Judged {
  const failed = outcomes.find(({ status }) => status === 'failed');
  if (failed?.status === 'failed') return { verdict: 'fail', reason: failed.reason, cause: failed.cause };
  const missed = outcomes.find(({ status }) => status === 'not-run');
  if (missed?.status === 'not-run') return notRun(missed.reason);
  const leftOut = outcomes.flatMap((outcome) => (outcome.status === 'left-out' ? [outcome] : []));
  // Nothing was looked at, so nothing is proven.
  if (leftOut.length === outcomes.length) return notRun(leftOut.map((each) => each.reason).join('; '));
  const reason = leftOut.map((each) => `not looked at: ${each.title} (${each.reason})`).join('; ');
  return { verdict: isNegative ? 'negative-pass' : 'pass', reason, cause: 'none' };
}

/** A deviation is expected to fail, or to prove nothing, and only until its day. */
function excuse(judged: Judged, deviation: Deviation<string>, today: string): Judged {
  const { effect = 'fails', reason, link, expires } = deviation;
  const told = `${reason}, until ${expires}: ${link}`;
  const isFailure = judged.verdict === 'fail';
  if (effect !== 'fails') {
    // What is refused at start needs no server, and a failure that nobody expects is one on any.
    if (judged.verdict === 'negative-pass' || (isFailure && effect === 'proves-nothing')) return judged;
    if (today > expires) return { verdict: 'fail', cause: 'assertion', reason: expiredOf(deviation, 'look again') };
    return { verdict: 'unproven', cause: 'none', reason: told };
  }
  if (judged.verdict === 'not-run') return judged;
  if (!isFailure)
    return { verdict: 'fail', cause: 'assertion', reason: `passes now: take its deviation away (${link})` };
  if (today > expires) return { ...judged, reason: expiredOf(deviation, judged.reason) };
  return { verdict: 'deviation', cause: 'none', reason: told };
}

const expiredOf = ({ expires, link }: Deviation<string>, then: string): string =>
  `its deviation expired on ${expires} (${link}): ${then}`;

const notRun = (reason: string): Judged => ({ verdict: 'not-run', reason, cause: 'none' });
