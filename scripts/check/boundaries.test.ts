import { expect, test } from 'vitest';
import { cycles, forbidden, ownImports } from './boundaries.ts';

const exports = { agents: { './contract': './contract/index.ts', './node': './node/index.ts' } };
const imports = (files: Record<string, string>) =>
  ownImports(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    exports,
  );

test('a package subpath leads to the file which it exports', () => {
  expect(imports({ 'chaos/engine/run.ts': "import { x } from '@stormglass/agents/contract';" })).toEqual([
    { from: 'chaos/engine/run.ts', to: 'agents/contract/index.ts' },
  ]);
});

test('static, type, dynamic imports and re-exports all count; other packages do not', () => {
  const text = `
    import type { A } from '../a.ts';
    export * from '../b.ts';
    export { c } from '../c.ts';
    import { z } from 'zod';
    const d = await import('../d.ts');`;
  expect(
    imports({ 'agents/node/x.ts': text })
      .map(({ to }) => to)
      .sort(),
  ).toEqual(['a', 'b', 'c', 'd'].map((name) => `agents/${name}.ts`));
});

test.each([
  ['sample-services/orders/main.ts', '../../chaos/engine/index.ts'],
  ['sample-services/orders/main.ts', '../../web/live/protocol.ts'],
  ['agents/node/index.ts', '../../chaos/contract/index.ts'],
  ['agents/contract/index.ts', '../node/index.ts'],
  ['chaos/engine/run.ts', '../../agents/node/index.ts'],
  ['web/app/page.tsx', '../server/main.ts'],
  ['web/ui/button.tsx', '../features/traces/model.ts'],
  ['web/features/traces/page.tsx', '../sagas/model.ts'],
  ['scripts/start.ts', '../e2e/system.ts'],
])('%s may not import %s', (path, specifier) => {
  expect(forbidden(imports({ [path]: `import '${specifier}';` }))).toHaveLength(1);
});

test.each([
  ['sample-services/orders/main.ts', '@stormglass/agents/node'],
  ['web/app/page.tsx', '../features/traces/page.tsx'],
  ['web/features/traces/page.tsx', './model.ts'],
  ['web/server/main.ts', '../../agents/collector/queries/index.ts'],
  ['e2e/live.spec.ts', '../web/live/protocol.ts'],
])('%s may import %s', (path, specifier) => {
  expect(forbidden(imports({ [path]: `import '${specifier}';` }))).toEqual([]);
});

test('folders that import each other are found, however long the ring', () => {
  const ring = imports({
    'agents/a/x.ts': "import '../b/x.ts';",
    'agents/b/x.ts': "import '../c/x.ts';",
    'agents/c/x.ts': "import '../a/x.ts';",
  });
  expect(cycles(ring)).toEqual(['agents/a -> agents/b -> agents/c -> agents/a']);
});

test('a folder and its own subfolders are one, and tests may close a ring', () => {
  const fine = imports({
    'agents/a/x.ts': "import './deep/y.ts'; import '../b/x.ts';",
    'agents/a/deep/y.ts': "import '../x.ts';",
    'agents/b/x.test.ts': "import '../a/x.ts';",
  });
  expect(cycles(fine)).toEqual([]);
});
