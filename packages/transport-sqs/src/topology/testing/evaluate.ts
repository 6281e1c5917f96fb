import type { CloudFormationResource, CloudFormationTemplate } from '../cloud-formation-template.ts';
import { shopArns } from './shop.ts';

/** The properties of a resource as CloudFormation would hand them to a service, in the account of the shop. */
export function evaluate(template: CloudFormationTemplate, { Properties }: CloudFormationResource): unknown {
  return evaluated(template, Properties);
}

function evaluated(template: CloudFormationTemplate, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluated(template, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (name === 'Ref') return arnOf(template, String(argument));
  if (name === 'Fn::GetAtt') return arnOf(template, String((argument as readonly unknown[])[0]));
  if (name === 'Fn::Sub') return substituted(String(argument));
  return Object.fromEntries(entries.map(([key, inner]) => [key, evaluated(template, inner)]));
}

function arnOf({ Resources }: CloudFormationTemplate, id: string): string {
  const resource = Resources[id];
  if (resource === undefined) throw new Error(`the template has no ${id}`);
  const { TopicName: topic, QueueName: queue } = resource.Properties;
  return typeof topic === 'string' ? shopArns.topicArn(topic) : shopArns.queueArn(String(queue));
}

function substituted(text: string): string {
  const place = { Partition: 'aws', Region: 'eu-central-1', AccountId: '123456789012' };
  return text.replaceAll(/\$\{AWS::(Partition|Region|AccountId)\}/gu, (_, name: keyof typeof place) => place[name]);
}
