import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StormglassError } from '@stormglass/agents/contract';
import { ensureBrokers } from './test/brokers.ts';
import { ensureBrowser } from './test/browser.ts';
import { ensurePromtool } from './test/promtool.ts';
import { type Counts, clearReport, ROOT, STAGES, type Stage, summary } from './test/stages.ts';

const HELP = `npm test [-- options]

  --only NAME   run one stage: ${STAGES.map((stage) => stage.name).join(', ')}; can be given several times
  --help        this text
`;

const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

let running: ChildProcess | null = null;

/** Runs the command of a stage; resolves to its exit code. */
function run(stage: Stage, env: NodeJS.ProcessEnv): Promise<number> {
  const [file, ...args] = stage.command;
  let output = '';
  const child = spawn(process.execPath, [join(ROOT, file ?? ''), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', stage.live ? 'inherit' : 'pipe', stage.live ? 'inherit' : 'pipe'],
  });
  running = child;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running = null;
      if (code !== 0) process.stdout.write(output);
      resolve(code ?? 1);
    });
  });
}

function chosen(args: string[]): readonly Stage[] {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return [];
  }
  const unknown = values.only.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new StormglassError('invalid_request', `no stage ${unknown.join(', ')}`, HELP);
  }
  return values.only.length === 0 ? STAGES : STAGES.filter((stage) => values.only.includes(stage.name));
}

async function main(): Promise<void> {
  const stages = chosen(process.argv.slice(2));
  if (stages.length === 0) return;
  const began = Date.now();
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    const since = Date.now();
    say(`- ${stage.title}`);
    clearReport(stage);
    const progress = (message: string) => say(`  ${message}`);
    if (stage.name === 'vitest') ensureBrokers(progress);
    if (stage.name === 'playwright') {
      env.CHROMIUM_PATH = ensureBrowser(progress);
      Object.assign(env, ensurePromtool(progress));
    }
    const counts = stage.count(await run(stage, env));
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    say(`  ${stage.title}: ${summary(counts)} in ${seconds(since)}`);
  }
  say(`all stages in ${seconds(began)}`);
  say(summary(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(signal, () => {
    running?.kill('SIGTERM');
    process.exitCode = 130;
    setTimeout(() => process.exit(130), 3_000).unref();
  });
}
process.channel?.unref();

await main().catch((error: unknown) => {
  const known = error instanceof StormglassError ? `${error.message}: ${error.next}` : error;
  process.stderr.write(`${known instanceof Error ? known.stack : known}\n`);
  process.exitCode = 1;
});
