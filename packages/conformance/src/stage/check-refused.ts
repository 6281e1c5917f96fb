import { isBusError } from '@waybill/core';
import type { BusErrorCode } from '@waybill/core';
import type { SendOutcome, TransportDriver, TransportErrorCode } from '@waybill/core/driver';
import { check, checkEqual } from '../harness/check.ts';

/** The driver refuses this call, with exactly this code. @throws ConformanceFailure */
export async function checkDriverRefuses(
  driver: TransportDriver,
  code: TransportErrorCode,
  what: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const refused = await call().then(
    () => 'no refusal',
    (error: unknown) => driver.codeOf(error),
  );
  checkEqual(refused, code, what);
}

/** The bus refuses this call, with exactly this code. @throws ConformanceFailure */
export async function checkBusRefuses(code: BusErrorCode, what: string, call: () => Promise<unknown>): Promise<void> {
  const refused = await call().then(
    () => 'no refusal',
    (error: unknown) => (isBusError(error) ? error.code : `another error: ${String(error)}`),
  );
  checkEqual(refused, code, what);
}

/** The broker or the driver has not taken the message, and says why with one of these codes. @throws ConformanceFailure */
export function checkRejected(
  driver: TransportDriver,
  outcome: SendOutcome | undefined,
  codes: readonly TransportErrorCode[],
  what: string,
): void {
  check(outcome?.status === 'rejected', `${what}: ${outcome?.status ?? 'no outcome'} where a rejection was due`);
  const code = driver.codeOf(outcome.error);
  check(codes.includes(code), `${what}: refused as ${code} where ${codes.join(' or ')} was due`);
}
