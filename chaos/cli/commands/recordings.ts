import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { importRecording, type Speed } from '@stormglass/agents/collector/recording';
import { StormglassError } from '@stormglass/agents/contract';
import { Run } from '../../contract/index.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY, usage } from '../exit-codes.ts';
import { REPORT_OPTIONS, reportsOf, writeReports } from '../reports.ts';
import { selectionOf } from '../values.ts';

const DAY_MS = 86_400_000;
const NEWLINE = 0x0a;
const DEFAULT_COLLECTOR = 'http://127.0.0.1:4318';

export const importCommand = command({
  name: 'import',
  about: 'send a recording (OTLP JSON lines) to a collector',
  arguments: [{ name: 'file.jsonl', words: 'file' }],
  options: {
    to: { type: 'string', value: 'URL', about: `its OTLP/HTTP address (default ${DEFAULT_COLLECTOR})` },
    key: { type: 'string', value: 'KEY', about: 'its key, if it wants one (or STORMGLASS_OTLP_KEY)' },
    speed: {
      type: 'string',
      value: '1|10|max',
      words: ['1', '10', 'max'],
      about: 'so many times the recorded speed (default max)',
    },
    'shift-to-now': { type: 'boolean', about: 'as if it happened now' },
    ...REPORT_OPTIONS,
  },
  more: '--report writes the report of the run that is in the recording. Exits with 1 when something was not taken.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const to = values.to ?? DEFAULT_COLLECTOR;
    if (!URL.canParse(to)) throw usage(`--to is ${to}; write a URL such as ${DEFAULT_COLLECTOR}`, 'import');
    const reports = reportsOf(values);
    const speed = speedOf(values.speed ?? 'max');
    const shiftToNow = values['shift-to-now'];
    const { interrupted } = terminal;
    const imported = await importRecording({
      ...{ file: args[0] ?? '', speed, shiftToNow, interrupted },
      to: { url: to, key: values.key ?? env.STORMGLASS_OTLP_KEY },
    });
    const run = Run.safeParse(imported.run);
    if (run.success) await writeReports(reports, run.data);
    if (json) terminal.out(JSON.stringify({ ...imported, interrupted: interrupted.aborted }));
    else {
      for (const line of counted(imported, { to, shiftToNow, stopped: interrupted.aborted }))
        terminal.out(line);
      if (run.success) {
        const { id, experiment, verdict } = run.data;
        terminal.out(`run ${id} of "${experiment.title}": ${verdict ?? 'not ended'}`);
      }
    }
    return imported.rejected > 0 || interrupted.aborted ? EX_PARTLY : 0;
  },
});

type Imported = Awaited<ReturnType<typeof importRecording>>;

function counted(
  { items, lines, rejected, reasons, newestMs }: Imported,
  { to, shiftToNow, stopped }: { to: string; shiftToNow: boolean; stopped: boolean },
): string[] {
  const counts = `${items.traces} spans, ${items.logs} log records, ${items.metrics} metrics in ${lines} lines`;
  const said = [`${stopped ? 'stopped after' : 'imported'} ${counts}`];
  if (rejected === 0) return said;
  said.push(`${rejected} of them were not taken by ${to}`, ...reasons.map((reason) => `  ${reason}`));
  if (newestMs !== null && Date.now() - newestMs > DAY_MS && !shiftToNow) {
    said.push(`  it ended ${new Date(newestMs).toISOString()}: --shift-to-now replays it as if it ended now`);
  }
  return said;
}

function speedOf(text: string): Speed {
  const speed = Number(text);
  if (text === 'max') return 'max';
  if (!(speed > 0 && Number.isFinite(speed))) throw usage(`--speed is ${text}; write 1, 10 or max`, 'import');
  return speed;
}

export const exportCommand = command({
  name: 'export',
  about: 'record what the dashboard has: spans, log records, metrics, the run',
  arguments: [{ name: 'file.jsonl', words: 'file' }],
  options: {
    run: { type: 'string', value: 'ID', words: 'run', about: 'of a run of an experiment' },
    last: {
      type: 'string',
      value: '15m',
      about: 'of the last seconds (s), minutes (m), hours (h) or days (d)',
    },
    from: { type: 'string', value: 'TIME', about: 'from an instant (ISO 8601, or epoch milliseconds)' },
    to: { type: 'string', value: 'TIME', about: 'to an instant (default now)' },
    ...DASHBOARD_OPTIONS,
  },
  more: 'Exits with 1 when nothing was recorded.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const file = args[0] ?? '';
    const what = selectionOf(values, terminal.now());
    const body = await dashboardOf(values, env).recording(what, terminal.interrupted);
    const lines = await written(body, file);
    if (json) terminal.out(JSON.stringify({ file, lines }));
    // Its head is a line, too.
    else terminal.out(lines <= 1 ? `${file}: nothing was recorded then` : `${file}: ${lines} lines`);
    return lines <= 1 ? EX_PARTLY : 0;
  },
});

async function written(body: ReadableStream<Uint8Array>, file: string): Promise<number> {
  let lines = 0;
  const counting = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      for (const byte of chunk) if (byte === NEWLINE) lines += 1;
      yield chunk;
    }
  };
  await pipeline(body, counting, createWriteStream(file)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${file} is not complete: ${why}`;
    throw new StormglassError('store_unavailable', message, 'Export it again.', { cause });
  });
  return lines;
}
