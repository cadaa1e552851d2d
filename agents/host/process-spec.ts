import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

/** One row of the process table: what to run and how to know that it works. */
export interface ProcessSpec {
  /** Unique in the table; also the name of the log file. */
  name: string;
  /** OpenTelemetry `service.name` and `service.instance.id` of what runs in it. */
  service: string;
  instance: string;
  command: string;
  args: string[];
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  cwd: string;
  uid?: number;
  gid?: number;
  /** True when the process can take work. Asked every 100 ms while it starts; a rejection counts as false. */
  ready: () => Promise<boolean>;
  /** The one directory that is its own, where its disk can be filled; absent: it has none. */
  directory?: string;
  /** One more process of the same service, on a port that is free; absent: it cannot run twice. */
  replica?: (n: number, port: number) => ProcessSpec;
  /** Asks for a graceful stop. */
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** SIGKILL follows so many milliseconds after `stopSignal`. */
  stopWithinMs: number;
  /** A start that is not ready by then is killed and counts as failed, milliseconds. */
  startWithinMs: number;
  /** Runs before each start, for example to clear what a killed predecessor left. */
  beforeStart?: () => Promise<void>;
  /** A shell command to run when the launcher dies; for programs that cannot import the lifeline. */
  onLauncherDeath?: (pid: number) => string;
}

/** Where `writeCertificates` wrote, and whose of them to show and to expect. */
export interface Certificates {
  folder: string;
  service: string;
}

/** As `answers`, from a service which asks for a certificate: its own is shown to it, and expected of it. */
export function answersSecurely(url: string, { folder, service }: Certificates): Promise<boolean> {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const own = { ca: read('ca.pem'), cert: read(`${service}.pem`), key: read(`${service}.key`) };
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...own, servername: service, agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode < 300);
    });
    asked.once('timeout', () => asked.destroy(new Error(`${url} did not answer within a second`)));
    asked.once('error', reject);
    asked.end();
  });
}

/** True when `url` answers 2xx within a second. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.body?.cancel();
  return response.ok;
}
