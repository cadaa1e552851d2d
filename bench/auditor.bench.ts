import { pino } from 'pino';
import { addDelivered } from '../sample-services/audited-books/delivered.ts';
import { makeBooks } from '../sample-services/audited-books/make.ts';
import { Auditor } from '../sample-services/auditor/auditor.ts';
import { readAuditSettings } from '../sample-services/auditor/settings.ts';
import { ask, startTestPostgres } from '../sample-services/testing/postgres.ts';
import { percentile, report } from './figure.ts';

/**
 * What a sweep costs at several sizes of the shop: with nothing new, with 75 new orders (50 orders/s, a sweep every
 * 1.5 s), and of everything. Orders are inserted by SQL as the shop leaves them; all must be found right.
 */
const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = 20;
const NEW_ORDERS = 75;

function demandGreen(auditor: Auditor): void {
  const wrong = auditor.wall.filter(({ violations }) => violations.length > 0);
  if (wrong.length === 0) return;
  const [first] = wrong[0]?.violations ?? [];
  throw new Error(`${wrong.map(({ invariant }) => invariant.id).join(', ')}: ${JSON.stringify(first)}`);
}

async function measure(auditor: Auditor, orders: number, add: () => Promise<void>): Promise<void> {
  const tell = (figure: string, values: readonly number[], goal: string | null) => {
    for (const [name, q] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const) {
      report({
        ...{ bench: 'auditor', figure: `${figure} ${name}`, value: percentile(values, q), unit: 'ms', goal },
        params: { orders, rounds: values.length },
      });
    }
  };
  const sweeps = async (before: () => Promise<void>) => {
    const took: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      await before();
      took.push((await auditor.sweep(false)).tookMs);
    }
    demandGreen(auditor);
    return took;
  };
  tell('sweep, nothing new', await sweeps(async () => undefined), null);
  tell(`sweep, ${NEW_ORDERS} new orders`, await sweeps(add), '<= 150');
  tell('sweep of everything', [(await auditor.sweep(true)).tookMs], null);
  demandGreen(auditor);
}

export async function run(): Promise<void> {
  const postgres = await startTestPostgres();
  try {
    const databases = await makeBooks(postgres, pino({ level: 'silent' }));
    const readable = await postgres.reader('auditor', Object.keys(databases));
    let have = 0;
    const addTo = async (n: number) => {
      await addDelivered(databases, have + 1, n);
      have = n;
    };
    for (const size of SIZES) {
      await addTo(size);
      for (const url of Object.values(databases)) await ask(url, 'analyze');
      const settings = readAuditSettings({
        AUDIT_DATABASES: JSON.stringify(readable),
        AUDIT_RECHECK_MS: '3600000',
      });
      const auditor = new Auditor(settings, null, null);
      // The first pass over everything, and what a new auditor looks back at.
      do await auditor.sweep(false);
      while (auditor.open > 0 || (auditor.last?.orders ?? 0) > 0);
      await measure(auditor, size, () => addTo(have + NEW_ORDERS));
      await auditor.close();
    }
  } finally {
    await postgres.stop();
  }
}
