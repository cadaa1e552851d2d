/**
 * Prints every password and key that docker-compose.yml asks for, new ones each time, in the form of its `.env` file:
 * `node scripts/compose-secrets.ts > .env`.
 */
import { randomBytes } from 'node:crypto';
import { clientSecret } from '../sample-services/kit/identity/client-secret.ts';

const SERVICES = [
  ...['identity', 'registry', 'catalog', 'orders', 'inventory', 'payments', 'shipping', 'notifications'],
  ...['orderview', 'outside-world', 'auditor', 'gateway', 'loadgen'],
];

/** Letters, digits, `-` and `_` only: they stand in URLs, too. */
const secret = (): string => randomBytes(24).toString('base64url');

/** Name and value of each variable. */
export function composeSecrets(): Record<string, string> {
  const root = secret();
  return {
    ...Object.fromEntries(
      [
        ...['POSTGRES_PASSWORD', 'SHOP_DATABASE_PASSWORD', 'CLICKHOUSE_PASSWORD', 'RABBITMQ_PASSWORD'],
        ...['REDIS_PASSWORD', 'SHOP_SEAL_SECRET'],
        ...['STORMGLASS_LOGIN_TOKEN', 'STORMGLASS_AGENT_KEY', 'STORMGLASS_OTLP_KEY'],
      ].map((name) => [name, secret()]),
    ),
    SHOP_SERVICE_SECRET: root,
    ...Object.fromEntries(
      SERVICES.map((service) => [
        `${service.replaceAll('-', '_').toUpperCase()}_CLIENT_SECRET`,
        clientSecret(root, service),
      ]),
    ),
  };
}

if (import.meta.main) {
  for (const [name, value] of Object.entries(composeSecrets())) process.stdout.write(`${name}=${value}\n`);
}
