import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { answers, writeCertificates } from '../../testing/certificates.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { ServiceProcess } from '../../testing/service-process.ts';
import { parseEnv } from '../env.ts';
import { openTls } from './tls.ts';

const soon = { timeout: 60_000, interval: 100 };

let folder: string;
let postgres: TestPostgres;
let catalog: ServiceProcess;
let gateway: ServiceProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  writeCertificates(join(folder, 'ours'), ['auditor', 'catalog', 'gateway', 'orders']);
  writeCertificates(join(folder, 'others'), ['gateway']);
  postgres = await startTestPostgres();
  const secure = { SHOP_MTLS: 'on', SHOP_TLS_DIR: join(folder, 'ours') };
  catalog = new ServiceProcess(
    'catalog',
    { ...secure, DATABASE_URL: await postgres.database('catalog') },
    (url) => answers(url, join(folder, 'ours'), 'catalog'),
  );
  await catalog.start();
  gateway = new ServiceProcess('gateway', {
    ...secure,
    CATALOG_URL: catalogUrl(),
    // Not what it pretends to be: its certificate is the catalog's.
    ORDERS_URL: catalogUrl(),
    SHIPPING_URL: catalogUrl(),
  });
  await gateway.start();
}, 240_000);
afterAll(async () => {
  await Promise.all([catalog.kill(), gateway.kill()]);
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const catalogUrl = () => catalog.url.replace('http:', 'https:');

/** Status of the catalog's answer to whoever holds these certificates, or why there is none. */
async function status(held: 'ours' | 'others' | 'none', servername = 'catalog'): Promise<number | string> {
  const read = (file: string) => readFileSync(join(folder, held, file), 'utf8');
  const own = held === 'none' ? {} : { cert: read('gateway.pem'), key: read('gateway.key') };
  const ca = readFileSync(join(folder, 'ours', 'ca.pem'), 'utf8');
  const dispatcher = new Agent({ connect: { ...own, ca, servername } });
  try {
    const { statusCode, body } = await request(`${catalogUrl()}/products`, { dispatcher });
    await body.dump();
    return statusCode;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    await dispatcher.destroy();
  }
}

describe('with certificates of the shop’s own authority', () => {
  test('one service calls another', async () => {
    const answer = await fetch(`${gateway.url}/products/sku-01`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ sku: 'sku-01' });
    expect(await status('ours')).toBe(200);
  });

  test('the auditor reads what services count', async () => {
    const secure = { SHOP_MTLS: 'on', SHOP_TLS_DIR: join(folder, 'ours') };
    const auditor = new ServiceProcess(
      'auditor',
      {
        ...{ ...secure, AUDIT_DATABASES: '{}', AUDIT_LEVEL_MS: '2000' },
        AUDIT_SERVICES: JSON.stringify({
          catalog: [catalogUrl()],
          gateway: [gateway.url],
        }),
      },
      (url) => answers(url, join(folder, 'ours'), 'auditor'),
    );
    await auditor.start();
    onTestFinished(() => auditor.kill());
    const own = openTls(parseEnv({ NODE_ENV: 'production', ...secure }), 'gateway');
    const dispatcher = new Agent({ connect: own?.client('auditor') ?? {} });
    onTestFinished(() => dispatcher.destroy());
    await vi.waitFor(async () => {
      const url = `${auditor.url.replace('http:', 'https:')}/invariants/I13`;
      const { body } = await request(url, { dispatcher });
      expect(await body.json()).toMatchObject({ figures: { callers: 2 } });
    }, soon);
  });

  test('nobody gets in without one, or with one of another authority, or in the clear', async () => {
    expect(await status('none')).toMatch(/^(ERR_SSL|ECONNRESET|UND_ERR_SOCKET|EPIPE)/);
    expect(await status('others')).toMatch(/^(ERR_SSL|ECONNRESET|UND_ERR_SOCKET|EPIPE)/);
    await expect(fetch(`${catalog.url}/products`)).rejects.toThrow();
  });

  test('a service that has another’s certificate is not believed', async () => {
    expect(await status('ours', 'orders')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    const answer = await fetch(`${gateway.url}/orders`);
    expect(answer.status).toBeGreaterThanOrEqual(502);
    expect(await answer.text()).toContain('orders');
  });
});
