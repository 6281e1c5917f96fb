import type { SuitePlace } from '../columns.ts';

/** The command line or the environment is wrong, and nothing was called: the message says how. */
export class AwsRefusal extends Error {}

/** In front of every name that a run makes. Nobody else has it, so that whatever has it may be deleted. */
const family = 'wbaws';

/**
 * Where a run against Amazon's own SQS and SNS works: in an account that somebody pays for.
 * @throws AwsRefusal where the environment does not ask for it in so many words, and on a build server
 */
export function awsPlace(environment: Readonly<Record<string, string | undefined>>): SuitePlace {
  const { AWS_REGION: region = '', WAYBILL_AWS_PREFIX: prefix = '', WAYBILL_AWS_ENDPOINT: endpoint } = environment;
  const problems = [
    ...(isSet(environment['CI']) ? ['CI is set, and a build server never spends money'] : []),
    ...(environment['WAYBILL_AWS'] === '1' ? [] : ['WAYBILL_AWS is not 1, which says that you pay for it']),
    ...(/^[a-z]{2}(?:-[a-z0-9]+)+$/u.test(region) ? [] : ['AWS_REGION is no region, such as eu-central-1']),
    ...(/^[a-z0-9]{1,12}$/u.test(prefix)
      ? []
      : ['WAYBILL_AWS_PREFIX is not 1 to 12 small letters and digits that are yours alone']),
  ];
  if (problems.length > 0) throw new AwsRefusal(`Nothing was called: ${problems.join('; ')}.`);
  return {
    region,
    ...(isSet(endpoint) && { endpoint }),
    namePrefix: `${family}-${prefix}-`,
    longPollSeconds: 20,
    connectTimeoutMs: 3000,
    requestTimeoutMs: 10_000,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== 'false';
}
