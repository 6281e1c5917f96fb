import { expect, test } from 'vitest';
import { AwsRefusal, awsPlace } from './aws-place.ts';

const asked = { WAYBILL_AWS: '1', AWS_REGION: 'eu-central-1', WAYBILL_AWS_PREFIX: 'ada' };

test('everything that is made has a prefix that no application has', () => {
  expect(awsPlace(asked)).toMatchObject({ region: 'eu-central-1', namePrefix: 'wbaws-ada-' });
  expect(awsPlace(asked)).not.toHaveProperty('endpoint');
  const elsewhere = awsPlace({ ...asked, CI: 'false', WAYBILL_AWS_ENDPOINT: 'http://127.0.0.1:4566' });
  expect(elsewhere.endpoint).toBe('http://127.0.0.1:4566');
});

test.each([
  [{}, /WAYBILL_AWS is not 1.*AWS_REGION is no region.*WAYBILL_AWS_PREFIX is not/u],
  [{ ...asked, WAYBILL_AWS: 'yes' }, /^Nothing was called: WAYBILL_AWS is not 1[^;]*$/u],
  [{ ...asked, AWS_REGION: undefined }, /^Nothing was called: AWS_REGION is no region[^;]*$/u],
  [{ ...asked, WAYBILL_AWS_PREFIX: '' }, /^Nothing was called: WAYBILL_AWS_PREFIX is not[^;]*$/u],
  [{ ...asked, WAYBILL_AWS_PREFIX: 'a-b' }, /WAYBILL_AWS_PREFIX is not 1 to 12 small letters and digits/u],
  [{ ...asked, CI: 'true' }, /^Nothing was called: CI is set[^;]*$/u],
  [{ ...asked, CI: '1' }, /a build server never spends money/u],
])('%o is refused with what is missing', (environment, problem) => {
  expect(() => awsPlace(environment)).toThrow(AwsRefusal);
  expect(() => awsPlace(environment)).toThrow(problem);
});
