import type { ProcessEvent } from '@stormglass/agents/contract';

/** Everything the launcher says. With `--json` each is one line on stdout; `ready` is the last of start-up. */
export type LaunchEvent =
  | { event: 'progress'; message: string }
  | {
      event: 'process';
      name: string;
      pid: number;
      port: number;
      state: ProcessEvent['state'];
      detail: string;
    }
  | { event: 'keys'; login: string; agent: string; otlp: string }
  | {
      event: 'ready';
      dashboard: string;
      otlpHttp: string;
      otlpGrpc: string;
      gateway: string | null;
    }
  | { event: 'error'; code: string; message: string; next: string }
  | { event: 'stopped' };

export type Report = (event: LaunchEvent) => void;

/** One JSON line for each event. */
export function jsonReport(write: (line: string) => void): Report {
  return (event) => write(`${JSON.stringify(event)}\n`);
}

/** Lines for a person; `since` is epoch milliseconds of the start. */
export function textReport(write: (line: string) => void, since: number): Report {
  const clock = () => `${((Date.now() - since) / 1000).toFixed(1).padStart(6)} s`;
  return (event) => {
    const line = textOf(event);
    if (line !== null)
      write(event.event === 'ready' || event.event === 'keys' ? line : `${clock()}  ${line}\n`);
  };
}

function textOf(event: LaunchEvent): string | null {
  switch (event.event) {
    case 'progress':
      return event.message;
    case 'process':
      return processLine(event);
    case 'keys':
      return [
        '',
        '  These are shown once; they also stand in keys.json of the data directory.',
        `  login token  ${event.login}`,
        `  agent key    ${event.agent}   (STORMGLASS_AGENT_KEY)`,
        `  OTLP key     ${event.otlp}   (authorization: Bearer ...)`,
        '',
      ].join('\n');
    case 'ready':
      return `\n  Stormglass  ${event.dashboard}\n\n  OTLP  ${event.otlpHttp} (HTTP)  ${event.otlpGrpc} (gRPC)\n  Ctrl-C ends everything\n\n`;
    case 'error':
      return `${event.message}: ${event.next}`;
    case 'stopped':
      return 'ended, nothing is left running';
  }
}

function processLine(event: Extract<LaunchEvent, { event: 'process' }>): string | null {
  if (event.state === 'started') return null;
  const detail = event.detail === '' ? '' : ` (${event.detail})`;
  const port = event.state === 'healthy' && event.port !== 0 ? `, port ${event.port}` : '';
  return `${event.name} ${event.state}${port}${detail}`;
}
