/** One thing that should not have happened, in words that name the messages. */
export interface Finding {
  readonly rule: 'loss' | 'foreign' | 'rejected-delivered' | 'disorder' | 'overlap' | 'attempts' | 'duplicates';
  readonly text: string;
}
