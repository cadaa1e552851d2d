import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TinyDashboard } from '../testing/tiny-dashboard.ts';
import { SCRIPTS, SHELLS, type Shell } from './scripts.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const run = promisify(execFile);
/** Each word that is completed starts a Node; a deadline for a busy machine. */
const DEADLINE_MS = 240_000;

let folder = '';
const tiny = new TinyDashboard({});
let env: NodeJS.ProcessEnv = process.env;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stormglass-completion-'));
  const program = join(folder, 'stormglass');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  await chmod(program, 0o755);
  await writeFile(join(folder, 'outage.yaml'), '');
  for (const shell of SHELLS) await writeFile(join(folder, `script.${shell}`), SCRIPTS[shell]);
  env = {
    ...process.env,
    ...{ PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' },
    STORMGLASS_URL: await tiny.listen(),
  };
});
afterAll(async () => {
  await tiny.close();
  await rm(folder, { recursive: true });
});

/** What each shell is made to do to complete a line as Tab would, the words one a line. */
const ASK: Readonly<Record<Shell, (line: string) => string[]>> = {
  bash: (line) => [
    '-c',
    `source script.bash
COMP_WORDS=(${line.endsWith(' ') ? `${line}""` : line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_stormglass; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // A completion of zsh runs in its line editor only: the functions which it calls there print here.
  zsh: (line) => [
    '-fc',
    `compdef() { : }; compadd() { shift; print -l -- "$@" }; _files() { print -l -- *(N) }
source ./script.zsh
words=(${line.endsWith(' ') ? `${line}""` : line}); CURRENT=\${#words}; _stormglass`,
  ],
  fish: (line) => ['--no-config', '-c', `source script.fish; complete -C ${JSON.stringify(line)}`],
};

function installed(shell: Shell): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not there, or it does not start: nobody here completes with it.
    return false;
  }
}

async function offered(shell: Shell, line: string): Promise<string[]> {
  const { stdout, stderr } = await run(shell, ASK[shell](line), { env, cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe.for(SHELLS)('completion in %s', (shell) => {
  it.runIf(installed(shell))(
    'offers commands, options, their values, what the dashboard has, and files',
    async () => {
      expect(await offered(shell, 'stormglass ')).toEqual(expect.arrayContaining(['run', 'faults', 'help']));
      expect(await offered(shell, 'stormglass fau')).toEqual(['faults']);
      expect((await offered(shell, 'stormglass faults ')).sort()).toEqual([
        'arm',
        'export',
        'list',
        'release',
      ]);
      expect((await offered(shell, 'stormglass faults export --as ')).sort()).toEqual([
        'chaos-mesh',
        'istio',
      ]);
      expect(await offered(shell, 'stormglass run --acc')).toEqual(['--accept']);
      expect(await offered(shell, 'stormglass run cha')).toEqual(expect.arrayContaining(['charges-fail']));
      expect(await offered(shell, 'stormglass validate out')).toContain('outage.yaml');
    },
    DEADLINE_MS,
  );
});

it('bash at least is there', () => {
  expect(installed('bash')).toBe(true);
});
