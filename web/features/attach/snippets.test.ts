import { expect, it } from 'vitest';
import { snippets } from './snippets.ts';

it('each snippet carries the real addresses and the name of the service', () => {
  const made = snippets({
    otlpHttp: 'http://h:1',
    otlpGrpc: 'http://h:2',
    hub: 'http://h:3',
    service: 'billing',
  });
  expect(made.map((s) => s.id)).toEqual(['node', 'python', 'java', 'go', 'dotnet', 'otlp']);
  for (const s of made) {
    expect(s.code).toMatch(/http:\/\/h:[12]/);
    expect(s.code).toContain('billing');
  }
});
