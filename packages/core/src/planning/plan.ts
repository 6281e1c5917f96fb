/** How every guarantee of every subscription is met. Plain data; `toString()` is the printable table. */
export interface Plan {
  readonly lines: readonly PlanLine[];
  /** The lines whose `how` is `refused`; a start is refused while there is one. */
  readonly refusals: readonly PlanLine[];
  readonly toString: () => string;
}

export interface PlanLine {
  /** The subscription's name, or `bus` for what concerns all. */
  readonly subject: string;
  readonly guarantee: string;
  readonly asked: string;
  readonly how: 'native' | 'emulated' | 'refused';
  /** What meets it, or why nothing does. */
  readonly by: string;
  /** What to change; empty unless refused. */
  readonly remedy: string;
}
