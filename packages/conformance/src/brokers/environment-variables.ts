import type { BrokerKind } from './broker.ts';

/** The variable that names a server of this kind which somebody else runs. */
export const addressVariable = (kind: BrokerKind): string => `WAYBILL_${kind.toUpperCase()}_URL`;

/** The variable that names its management API, for RabbitMQ, or the server behind it, for PgBouncer. */
export const adminAddressVariable = (kind: BrokerKind): string => `WAYBILL_${kind.toUpperCase()}_ADMIN_URL`;

/** The variable that says which major version of RabbitMQ is started where a test leaves it open. */
export const versionVariable = 'WAYBILL_RABBITMQ_VERSION';
