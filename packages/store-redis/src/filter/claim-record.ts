/** What stands under a key of the filter. */
export interface ClaimRecord {
  readonly state: 'in-progress' | 'done';
  readonly token: string;
  readonly fingerprint: string;
  /** `undefined` while in progress, and where there is none. */
  readonly answer: Uint8Array | undefined;
}

const progressLetter = 'p';
const answeredLetter = 'a';
const unansweredLetter = 'n';

/** `p|token|fingerprint|` */
export const progressRecord = (token: string, fingerprint: string): string =>
  `${progressLetter}|${token}|${fingerprint}|`;

/** `a|token|fingerprint|` and the answer, or `n|token|fingerprint|` without one. */
export function doneRecord(token: string, fingerprint: string, answer: Uint8Array | undefined): string | Buffer {
  if (answer === undefined) return `${unansweredLetter}|${token}|${fingerprint}|`;
  return Buffer.concat([Buffer.from(`${answeredLetter}|${token}|${fingerprint}|`), answer]);
}

/** `undefined` when something else has written it. */
export function readClaimRecord(bytes: Buffer): ClaimRecord | undefined {
  const afterToken = bytes.indexOf('|', 2);
  const afterFingerprint = bytes.indexOf('|', afterToken + 1);
  const letter = bytes.toString('latin1', 0, 1);
  const isOurs = bytes.toString('latin1', 1, 2) === '|' && afterToken > 0 && afterFingerprint > afterToken;
  if (!isOurs || ![progressLetter, answeredLetter, unansweredLetter].includes(letter)) return undefined;
  return {
    state: letter === progressLetter ? 'in-progress' : 'done',
    token: bytes.toString('utf8', 2, afterToken),
    fingerprint: bytes.toString('utf8', afterToken + 1, afterFingerprint),
    answer: letter === answeredLetter ? new Uint8Array(bytes.subarray(afterFingerprint + 1)) : undefined,
  };
}
