/** A policy of AWS; `Reference` is text against the API and an intrinsic function in a template. */
export interface PolicyDocument<Reference = string> {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement<Reference>[];
}

export interface PolicyStatement<Reference = string> {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?: { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource: Reference | readonly Reference[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Reference | readonly Reference[]>>>>;
}

export interface QueueAndTopic<Reference> {
  readonly queueArn: Reference;
  readonly topicArn: Reference;
}

/** Lets one topic send to a queue, and no other topic and no other service. */
export function queuePolicyOf<Reference>(arns: QueueAndTopic<Reference>): PolicyDocument<Reference> {
  return { Version: '2012-10-17', Statement: [topicStatement(arns)] };
}

/** What a queue's policy says about who may send. */
export interface PolicyFinding {
  readonly letsTopicSend: boolean;
  /** `Sid` or place of every statement that lets somebody else send. */
  readonly otherSenders: readonly string[];
  /** The policy with the missing statement in it; what it says besides stays. */
  readonly completed: string;
}

/** Statements are compared by what they mean, because AWS and tools write one-element lists and the case of actions as they like. */
export function readPolicy(policy: string | undefined, arns: QueueAndTopic<string>): PolicyFinding {
  const document = parseObject(policy);
  const statements = asList(document['Statement']).filter(isRecord);
  const sending = statements.filter(letsSend);
  const others = sending.filter((statement) => !isForTopicOnly(statement, arns.topicArn));
  return {
    letsTopicSend: sending.some((statement) => isForTopicOnly(statement, arns.topicArn)),
    otherSenders: others.map((statement) => nameOf(statement, statements.indexOf(statement))),
    completed: JSON.stringify({
      Version: '2012-10-17',
      ...document,
      Statement: [...statements, topicStatement(arns)],
    }),
  };
}

function topicStatement<Reference>({ queueArn, topicArn }: QueueAndTopic<Reference>): PolicyStatement<Reference> {
  return {
    Sid: 'WaybillTopic',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
}

type Statement = Readonly<Record<string, unknown>>;

const sendActions: ReadonlySet<string> = new Set(['*', 'sqs:*', 'sqs:send*', 'sqs:sendmessage', 'sqs:sendmessage*']);

function letsSend(statement: Statement): boolean {
  const actions = asList(statement['Action']).map((action) => String(action).toLowerCase());
  return statement['Effect'] === 'Allow' && actions.some((action) => sendActions.has(action));
}

function isForTopicOnly({ Principal: principal, Condition: condition }: Statement, topicArn: string): boolean {
  const service = isRecord(principal) ? asList(principal['Service']) : [principal];
  if (service.length !== 1 || !['sns.amazonaws.com', '*'].includes(String(service[0]))) return false;
  const sources = isRecord(condition) ? Object.entries(condition).flatMap(([test, keys]) => sourcesOf(test, keys)) : [];
  return sources.length === 1 && sources[0] === topicArn;
}

/** `aws:SourceArn` is written in any case. */
function sourcesOf(test: string, keys: unknown): readonly unknown[] {
  if (!['ArnEquals', 'ArnLike', 'StringEquals', 'StringLike'].includes(test) || !isRecord(keys)) return [];
  return Object.entries(keys).flatMap(([key, value]) => (key.toLowerCase() === 'aws:sourcearn' ? asList(value) : []));
}

function nameOf(statement: Statement, index: number): string {
  return typeof statement['Sid'] === 'string' ? `'${statement['Sid']}'` : `number ${index + 1}`;
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A policy that is none says nothing. */
function parseObject(text: string | undefined): Statement {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
