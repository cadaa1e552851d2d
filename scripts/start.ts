import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StormglassError } from '@stormglass/agents/contract';
import { isLoopback } from './launch/addresses.ts';
import { accessKeys, type DataDir, openDataDir } from './launch/data-dir.ts';
import { Launcher, versionOf } from './launch/launcher.ts';
import { HELP, parseOptions, type StartOptions } from './launch/options.ts';
import { choosePorts, demandFree } from './launch/ports.ts';
import { wantsProxy } from './launch/proxy.ts';
import { jsonReport, type Report, textReport } from './launch/reporter.ts';
import type { PortName, Ports } from './plan.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A terminal and npm both deliver one Ctrl-C: two within this time are one. */
const SAME_SIGNAL_MS = 500;
/** What the children of a killed launcher need to go. */
const RECLAIM_MS = 6_000;

/** Ports that a start will listen on, with the address of each. */
function listeners(options: StartOptions, ports: Ports): { name: PortName; port: number; host: string }[] {
  const open: PortName[] = ['dashboard', 'otlpHttp', 'otlpGrpc'];
  const bare: PortName[] = [...open, 'collectorQuery'];
  const all = (Object.keys(ports) as PortName[]).filter(
    (name) => name !== 'proxy' || wantsProxy(process.env),
  );
  const names = options.bare ? bare : all;
  return names.map((name) => ({
    name,
    port: ports[name],
    host: open.includes(name) ? options.host : '127.0.0.1',
  }));
}

async function start(options: StartOptions, report: Report): Promise<void> {
  const dataDir = await openDataDir(options.dataDir, options.fresh);
  try {
    const ports = await choosePorts(options.port);
    await demandFree(listeners(options, ports), dataDir.reclaimed ? RECLAIM_MS : 0);
    const keys = accessKeys(options.dataDir, isLoopback(options.host), process.env);
    if (keys.made && keys.login !== null && keys.agent !== null && keys.otlp !== null) {
      report({ event: 'keys', login: keys.login, agent: keys.agent, otlp: keys.otlp });
    }
    const launcher = new Launcher({ root: ROOT, options, ports, keys, dataDir, report });
    endOnSignal(launcher, dataDir, report);
    await launcher.start().catch(async (error: unknown) => {
      if (ending) return;
      ending = true;
      await launcher.stop();
      throw error;
    });
  } catch (error) {
    dataDir.release();
    throw error;
  }
}

let ending = false;

function endOnSignal(launcher: Launcher, dataDir: DataDir, report: Report): void {
  let firstAt = 0;
  const end = async () => {
    if (ending) {
      if (Date.now() - firstAt < SAME_SIGNAL_MS) return;
      launcher.supervisor.killNow();
      dataDir.release();
      process.exit(130);
    }
    ending = true;
    firstAt = Date.now();
    report({ event: 'progress', message: 'ending (Ctrl-C again forces it)' });
    await launcher.stop();
    dataDir.release();
    report({ event: 'stopped' });
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
    process.on(signal, () => {
      end().catch((error: unknown) => fail(error, report));
    });
  }
  // Bootstrap's end of the channel is watched, but it keeps nobody alive.
  process.channel?.unref();
}

function fail(error: unknown, report: Report): never {
  if (error instanceof StormglassError) {
    report({ event: 'error', code: error.code, message: error.message, next: error.next });
  } else {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report({ event: 'error', code: 'internal', message: said, next: 'please report this' });
  }
  process.exit(1);
}

async function main(args: string[]): Promise<void> {
  const write = (line: string) => process.stdout.write(line);
  let report = textReport(write, Date.now());
  try {
    const options = parseOptions(args);
    if (options.help) {
      write(HELP);
      return;
    }
    if (options.version) {
      write(`${versionOf(ROOT)}\n`);
      return;
    }
    if (options.json) report = jsonReport(write);
    await start(options, report);
  } catch (error) {
    fail(error, report);
  }
}

process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules', '.cache', 'compile');
await main(process.argv.slice(2));
