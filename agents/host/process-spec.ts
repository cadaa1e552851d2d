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

/** True when `url` answers 2xx within a second. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.body?.cancel();
  return response.ok;
}
