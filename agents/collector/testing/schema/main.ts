/**
 * Stores in states that only time or a crash brings about, made by the real engine in a process of its own:
 * `make DIR` leaves what version 4 left, with rows in every table; `interrupt DIR` migrates it with a failure at the
 * first statement, then at the fourth, and so on until one attempt gets through (in the campaign `migrations` at each);
 * `newer DIR` records a future version.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Session } from 'chdb';
import { schemaStore } from '../../store/engine.ts';
import { migrate } from '../../store/migrate.ts';
import { SCHEMA_VERSION } from '../../store/migrations.ts';

const [, , what, parent = ''] = process.argv;
const EVERY = process.env.STORMGLASS_ALL_STATEMENTS === '1' ? 1 : 3;

async function statements(name: string): Promise<string[]> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8');
  return text.split(/;\n/).filter((statement) => statement.trim() !== '');
}

async function make(): Promise<void> {
  const dir = join(parent, 'engine-4');
  await mkdir(dir, { recursive: true });
  const session = new Session(dir);
  for (const name of ['version-4.sql', 'version-4-rows.sql']) {
    for (const statement of await statements(name)) await session.queryAsync(statement);
  }
  session.close();
}

async function interrupt(): Promise<void> {
  const dir = join(parent, 'engine-4');
  await mkdir(dir, { recursive: true });
  const session = new Session(dir);
  const store = schemaStore(session);
  let attempts = 0;
  for (let allowed = 0, done = false; !done; allowed += EVERY) {
    let left = allowed;
    const limited = {
      rows: store.rows,
      run(sql: string) {
        if (left === 0) throw new Interruption();
        left -= 1;
        return store.run(sql);
      },
    };
    attempts += 1;
    done = await migrate(limited).then(
      () => true,
      (cause: unknown) => {
        if (cause instanceof Interruption) return false;
        throw cause;
      },
    );
  }
  session.close();
  process.stdout.write(String(attempts));
}

class Interruption extends Error {}

async function newer(): Promise<void> {
  const session = new Session(join(parent, 'engine'));
  await session.queryAsync(
    `INSERT INTO stormglass_schema (Version, Views) VALUES (${SCHEMA_VERSION + 1}, '')`,
  );
  session.close();
}

switch (what) {
  case 'make':
    await make();
    break;
  case 'interrupt':
    await interrupt();
    break;
  case 'newer':
    await newer();
    break;
  default:
    throw new Error('make, interrupt or newer');
}
