import { expect, test } from 'vitest';
import { sourceFiles } from './build-web.ts';

test('a change of a fault of the catalogue, of a page or of its styles makes a new dashboard; one of a test does not', () => {
  const files = sourceFiles();
  expect(files).toEqual(
    expect.arrayContaining([
      'agents/contract/faults/http.ts',
      'agents/contract/timeline.ts',
      'chaos/contract/event.ts',
      'web/app/layout.tsx',
      'web/next.config.ts',
    ]),
  );
  expect(files.filter((file) => file.includes('.test.'))).toEqual([]);
});
