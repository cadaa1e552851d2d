import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** `npm run campaign -- NAME`: a proof of `npm test` at full size. */
const CAMPAIGNS: Record<string, { what: string; env: Record<string, string>; args: string[] }> = {
  'collector-kills': {
    what: '100 SIGKILLs of the collector under load; each acknowledged span is stored exactly once',
    env: { STORMGLASS_KILLS: '100' },
    args: [
      'node_modules/vitest/vitest.mjs',
      'run',
      'agents/collector/durability.test.ts',
      '--testTimeout=3600000',
    ],
  },
  fuzz: {
    what: 'ten minutes of hostile OTLP requests from a new seed; none crashes, blocks or fills the collector, or costs a valid one',
    env: { STORMGLASS_FUZZ_SECONDS: '600', STORMGLASS_FUZZ_SEED: String(Date.now() % 2 ** 31) },
    args: ['node_modules/vitest/vitest.mjs', 'run', 'agents/collector/fuzz/fuzz.test.ts'],
  },
  'saga-crashes': {
    what: 'kill -9 at every named point of both saga modes and both engines; every order ends right',
    env: { STORMGLASS_ALL_POINTS: '1' },
    args: ['node_modules/vitest/vitest.mjs', 'run', 'sample-services/orders'],
  },
  restarts: {
    what: 'each service of the shop restarted in good order under load; no request is lost, with certificates (mTLS) neither',
    env: { STORMGLASS_ALL_POINTS: '1' },
    args: [
      'node_modules/vitest/vitest.mjs',
      'run',
      'sample-services/gateway/whole-shop.test.ts',
      'sample-services/gateway/secure-shop.test.ts',
    ],
  },
  migrations: {
    what: 'a migration of the store stopped at each statement, one after the other; the next start repairs it',
    env: { STORMGLASS_ALL_STATEMENTS: '1' },
    args: [
      'node_modules/vitest/vitest.mjs',
      'run',
      'agents/collector/store/migrate.test.ts',
      '--testTimeout=600000',
    ],
  },
  'random-faults': {
    what: 'ten minutes of random faults on orders of both modes from a new seed, up to eighty orders at a time, and protections taken away in between; the books stay right, and what is predicted turns red',
    env: {
      STORMGLASS_FAULTS_SECONDS: '600',
      // Longer than a saga is patient, a letter lives and a lease holds.
      STORMGLASS_FAULTS_MS: process.env.STORMGLASS_FAULTS_MS ?? '30000',
      STORMGLASS_FAULTS_ORDERS: process.env.STORMGLASS_FAULTS_ORDERS ?? '80',
      STORMGLASS_FAULTS_SEED: process.env.STORMGLASS_FAULTS_SEED ?? String(Date.now() % 2 ** 31),
    },
    args: ['node_modules/vitest/vitest.mjs', 'run', 'sample-services/testing/random'],
  },
  'process-kills': {
    what: 'each process killed twenty times under load, one after the other; no acknowledged order and no acknowledged span is lost',
    env: { STORMGLASS_KILL_ROUNDS: process.env.STORMGLASS_KILL_ROUNDS ?? '20' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/durability.spec.ts'],
  },
  'dead-man': {
    what: 'each type of fault on the real shop, the dashboard killed and stopped: gone within the lease, read back, nothing left',
    env: { STORMGLASS_ROUNDS: process.env.STORMGLASS_ROUNDS ?? '1' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/dead-man.spec.ts'],
  },
  buttons: {
    what: 'all five experiments by their buttons in a browser, from the click to the verdict, and a preset with its protections and without',
    env: { STORMGLASS_ALL_BUTTONS: '1' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/experiments.spec.ts'],
  },
  compat: {
    what: 'every one of the 1,163 experiments recorded from Chaos Toolkit, instead of each fourth',
    env: { STORMGLASS_WHOLE_RECORDING: '1' },
    args: ['node_modules/vitest/vitest.mjs', 'run', 'chaos/compat/recorded.test.ts'],
  },
  repeats: {
    what: 'an experiment with two seeds, one after the other, and the comparison of its runs',
    env: { STORMGLASS_LONG: '1' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/repeats.spec.ts'],
  },
  sweep: {
    what: 'the whole shop swept under load for STORMGLASS_SWEEP_MINUTES (20): cells judged, nothing left behind, a cell exported and run',
    env: { STORMGLASS_LONG: '1', STORMGLASS_SWEEP_MINUTES: process.env.STORMGLASS_SWEEP_MINUTES ?? '20' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/sweep.spec.ts'],
  },
  'ci-example': {
    what: 'the workflow of docs/ci.md as it stands, on a system of its own',
    env: { STORMGLASS_LONG: '1' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/ci-example.spec.ts'],
  },
  'trip-curve': {
    what: 'the trip curve of a real breaker by bisection, in windows from one call to four times its fewest',
    env: { STORMGLASS_WHOLE_CURVE: '1' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/trip-curve.spec.ts'],
  },
  'large-trace': {
    what: 'a trace of 100,000 spans in a browser by keyboard alone: search, waterfall, table, flame view, reload',
    env: { STORMGLASS_TRACE_SPANS: '100000' },
    args: ['node_modules/@playwright/test/cli.js', 'test', 'e2e/trace.spec.ts'],
  },
  presets: {
    what: 'each preset with its protections and without (--only NAME for one); what breaks is what its file says',
    env: {},
    args: ['bench/presets/main.ts'],
  },
};

const name = process.argv[2] ?? '';
const campaign = CAMPAIGNS[name];
if (campaign === undefined) {
  process.stderr.write(`Say npm run campaign -- NAME, one of:\n`);
  for (const [known, { what }] of Object.entries(CAMPAIGNS)) process.stderr.write(`  ${known}: ${what}\n`);
  process.exit(2);
}
const run = spawnSync(process.execPath, [...campaign.args, ...process.argv.slice(3)], {
  cwd: join(import.meta.dirname, '..'),
  env: { ...process.env, ...campaign.env },
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
