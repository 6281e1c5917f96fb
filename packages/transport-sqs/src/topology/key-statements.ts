import { arnOf } from '../aws/addresses.ts';
import type { SqsSettings } from '../options.ts';
import type { IamRole } from './iam-policy.ts';
import type { PolicyStatement } from './queue-policy.ts';

export interface KeyUse {
  readonly accountId: string;
  readonly role: IamRole;
  readonly hasTopics: boolean;
}

/** What encryption with a key of KMS takes: a sender makes data keys and checks them, a receiver only opens them. */
export function keyStatements(
  settings: SqsSettings,
  { accountId, role, hasTopics }: KeyUse,
): readonly PolicyStatement[] {
  const { encryption, region } = settings;
  if (typeof encryption === 'string') return [];
  const { kmsKeyId: key } = encryption;
  const place = { region, accountId };
  const services = [...(hasTopics && role === 'producer' ? ['sns'] : []), 'sqs'];
  const alias = /(?:^|:)(alias\/.+)$/u.exec(key)?.[1];
  return [
    {
      Sid: 'UseKey',
      Effect: 'Allow',
      Action: role === 'producer' ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
      Resource: alias === undefined ? keyArnOf(key, place) : keyArnOf('*', place),
      Condition: {
        StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`) },
        // A policy cannot name an alias as a resource.
        ...(alias === undefined ? {} : { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } }),
      },
    },
  ];
}

function keyArnOf(key: string, place: { readonly region: string; readonly accountId: string }): string {
  return key.startsWith('arn:') ? key : arnOf('kms', { ...place, name: `key/${key}` });
}
