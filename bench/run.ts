import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run bench -- NAME [...]`: runs bench/<name>.bench.ts; each exports `run()` and prints its figures. */
const folder = import.meta.dirname;
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0 || wanted.length === 0) {
  process.stderr.write(
    `${unknown.length > 0 ? `No benchmark named ${unknown.join(', ')}. ` : ''}Say npm run bench -- NAME, one of: ${known.join(', ')}\n`,
  );
  process.exit(2);
}
for (const name of wanted) {
  const bench: { run(): Promise<void> } = await import(join(folder, `${name}.bench.ts`));
  await bench.run();
}
