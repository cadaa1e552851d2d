import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StormglassError } from '@stormglass/agents/contract';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a service imports, and the threads which the agent starts by their file. */
const ENTRIES = [
  'node/register.ts',
  'node/index.ts',
  'contract/index.ts',
  'node/inject/resource/cpu-thread.ts',
  'node/inject/resource/memory-thread.ts',
];
const EXPORTS = { './register': 'node/register', './node': 'node/index', './contract': 'contract/index' };
const HELP = `npm run pack:agent [-- FOLDER]

Builds the in-process agent as a package that can be installed anywhere: FOLDER/stormglass-agents-VERSION.tgz (dist).
`;

interface Manifest {
  name: string;
  version: string;
  license: string;
  type: string;
  dependencies: Record<string, string>;
}

/** Makes the tarball in `folder`; gives its path. */
export function packAgent(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const stage = mkdtempSync(join(tmpdir(), 'stormglass-agents-'));
  try {
    compile(join(stage, 'dist'));
    writeFileSync(
      join(stage, 'package.json'),
      `${JSON.stringify(manifestOf(join(stage, 'dist')), null, 2)}\n`,
    );
    cpSync(join(ROOT, 'docs', 'attach.md'), join(stage, 'README.md'));
    cpSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
    const packed = npm(['pack', '--json', '--pack-destination', resolve(folder)], stage);
    const [made]: { filename: string }[] = Object.values(JSON.parse(packed));
    if (made === undefined) throw new Error(`npm pack said ${packed}`);
    return join(resolve(folder), made.filename);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Node strips no types below node_modules, so a package needs JavaScript; source maps are left out, the lines are the same. */
function compile(outDir: string): void {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      ...{
        noEmit: false,
        declaration: true,
        rewriteRelativeImportExtensions: true,
        allowImportingTsExtensions: false,
      },
      ...{ rootDir: join(ROOT, 'agents'), outDir, typeRoots: [join(ROOT, 'node_modules', '@types')] },
    },
    include: [],
    files: ENTRIES.map((file) => join(ROOT, 'agents', file)),
  };
  const config = join(outDir, '..', 'tsconfig.json');
  mkdirSync(outDir, { recursive: true });
  writeFileSync(config, JSON.stringify(options));
  try {
    execFileSync(process.execPath, [tsc, '-p', config], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    const said = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : String(cause);
    throw new StormglassError('internal', `the agent does not compile:\n${said}`, 'see npm run types', {
      cause,
    });
  } finally {
    rmSync(config);
  }
  for (const file of compiled(outDir)) {
    const code = readFileSync(file, 'utf8');
    // The compiler rewrites imports, and not the files of threads.
    writeFileSync(file, code.replaceAll(/(new URL\('[^']+)\.ts'/g, "$1.js'"));
  }
}

function compiled(dist: string): string[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.js')).map((file) => join(dist, file));
}

/** As the workspace's own, with what the compiled files import and no more. */
function manifestOf(dist: string): object {
  const { name, version, license, type, dependencies }: Manifest = JSON.parse(
    readFileSync(join(ROOT, 'agents', 'package.json'), 'utf8'),
  );
  const used = new Set(compiled(dist).flatMap(importsOf));
  const unknown = [...used].filter((each) => dependencies[each] === undefined);
  if (unknown.length > 0) throw new Error(`agents/package.json lacks ${unknown.join(', ')}`);
  const entry = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` });
  return {
    ...{ name, version, license, type },
    description: 'Stormglass in your service: traces, breakers, faults and controls by one import',
    engines: { node: '>=22' },
    exports: Object.fromEntries(Object.entries(EXPORTS).map(([path, file]) => [path, entry(file)])),
    files: ['dist'],
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([each]) => used.has(each))),
  };
}

/** Packages which a file imports. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const forms = [
    /^(?:import|export)\b[^;']* from '([^'.][^']*)'/gm,
    /^import '([^'.][^']*)'/gm,
    /\bimport\('([^'.][^']*)'\)/g,
  ];
  const found = forms.flatMap((form) => [...code.matchAll(form)]);
  return found.flatMap(([, name = '']) => {
    if (name.startsWith('node:') || builtinModules.includes(name)) return [];
    return [
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    ];
  });
}

function npm(args: string[], cwd: string): string {
  const cli = process.env.npm_execpath;
  const [command, ...head] = cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
  return execFileSync(command ?? 'npm', [...head, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

if (import.meta.main) {
  const [folder = join(ROOT, 'dist')] = process.argv.slice(2);
  if (folder === '--help') process.stdout.write(HELP);
  else process.stdout.write(`${packAgent(folder)}\n`);
}
