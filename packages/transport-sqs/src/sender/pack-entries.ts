import type { WireEntry } from '../message/wire-entry.ts';
import { requestEntriesMax } from './send-target.ts';

/** An entry with its place in the batch of core. */
export interface Placed {
  readonly index: number;
  readonly entry: WireEntry;
}

/** Fills requests by count and by bytes, in order. An entry is never larger than a request. */
export function packEntries(placed: readonly Placed[], requestBytesMax: number): readonly (readonly Placed[])[] {
  const requests: Placed[][] = [];
  let request: Placed[] = [];
  let bytes = 0;
  for (const each of placed) {
    if (request.length === requestEntriesMax || (request.length > 0 && bytes + each.entry.bytes > requestBytesMax)) {
      requests.push(request);
      request = [];
      bytes = 0;
    }
    request.push(each);
    bytes += each.entry.bytes;
  }
  return request.length === 0 ? requests : [...requests, request];
}

/**
 * Puts the second message of a group into the second round, and so on. A request may fail by halves: within one, a message could be
 * refused and the next of its group accepted.
 */
export function roundsOf(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const seen = new Map<string, number>();
  const rounds: Placed[][] = [];
  for (const each of placed) {
    const { groupId } = each.entry;
    const round = groupId === undefined ? 0 : (seen.get(groupId) ?? 0);
    if (groupId !== undefined) seen.set(groupId, round + 1);
    (rounds[round] ??= []).push(each);
  }
  return rounds;
}
