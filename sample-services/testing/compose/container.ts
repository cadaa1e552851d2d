import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { type ComposeService, processOf, ROOT } from './files.ts';

const run = promisify(execFile);
const KEPT = 4_000;

/** A container's process as a plain one: the same command and environment, addresses of containers replaced by ours. */
export class Container {
  readonly name: string;
  readonly port: number;
  readonly #service: ComposeService;
  readonly #address: (text: string) => string;
  #child: ChildProcess | null = null;
  #output = '';

  constructor(name: string, service: ComposeService, port: number, address: (text: string) => string) {
    this.name = name;
    this.port = port;
    this.#service = service;
    this.#address = address;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get output(): string {
    return this.#output;
  }

  start(): void {
    const [program = '', ...args] = processOf(this.#service);
    const environment = Object.entries(this.#service.environment).map(([name, value]) => [
      name,
      this.#address(value),
    ]);
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH ?? '',
        ...Object.fromEntries(environment),
        ...{ HOST: '127.0.0.1', ADVERTISE_HOST: '127.0.0.1', PORT: String(this.port) },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
  }

  get ended(): boolean {
    return this.#child === null || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What the container's own health check says. */
  async healthy(): Promise<boolean> {
    const [, program = '', ...args] = this.#service.healthcheck?.test ?? [];
    const asked = args.map((part) => part.replaceAll('127.0.0.1:8080', `127.0.0.1:${this.port}`));
    return run(program === 'node' ? process.execPath : program, asked).then(
      () => true,
      () => false,
    );
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
}
