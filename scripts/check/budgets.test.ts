import { expect, test } from 'vitest';
import { broken, measure, p90 } from './budgets.ts';

const lines = (count: number) => Array.from({ length: count }, (_, i) => `  f(${i});`).join('\n');
const found = (text: string, path = 'agents/x.ts') => broken(measure([{ path, text }]));

test('a file over 400 lines is told with its length', () => {
  expect(found(lines(401))).toContain('agents/x.ts: a file of 401 lines, over 400');
});

test('a function over 80 lines is told with its place', () => {
  expect(found(`\nfunction long() {\n${lines(80)}\n}\n`)).toContain(
    'agents/x.ts:2: a function of 82 lines, over 80',
  );
});

test('React components, methods and arrow functions count as functions', () => {
  const component = `export function Page() {\n  return <p>it's {1}</p>;\n}\n`;
  const method = 'class A {\n  #m() {\n    return 1;\n  }\n}\n';
  expect(measure([{ path: 'a.tsx', text: component }]).functions).toEqual([{ where: 'a.tsx:1', lines: 3 }]);
  expect(measure([{ path: 'a.ts', text: method }]).functions).toEqual([{ where: 'a.ts:2', lines: 3 }]);
  expect(measure([{ path: 'a.ts', text: 'const f = () => 1;\n' }]).functions).toHaveLength(1);
});

test('a describe block is a heading, not a function; the tests in it are functions', () => {
  const text = `describe('x', () => {\n  test('y', () => {\n${lines(90)}\n  });\n});\n`;
  expect(measure([{ path: 'a.test.ts', text }]).functions).toEqual([{ where: 'a.test.ts:2', lines: 92 }]);
});

test('braces in strings, templates and regular expressions do not mislead it', () => {
  const text = `function f() {
  return /[{]/.test('}') ? \`}\${'{'}\` : '{';
}
`;
  expect(measure([{ path: 'a.ts', text }]).functions).toEqual([{ where: 'a.ts:1', lines: 3 }]);
});

test('`any` as a type is counted, the word in text is not', () => {
  const text = 'const a: any = 1; // any\nconst b = "any";\n';
  expect(measure([{ path: 'a.ts', text }]).anys).toEqual(['a.ts:1']);
  expect(found(text)).toHaveLength(1);
});

test('work left in a comment is told', () => {
  const mark = ['TO', 'DO'].join('');
  expect(found(`// ${mark}: later\n`)).toEqual([
    'agents/x.ts:1 leaves work in a comment: do it, or open an issue',
  ]);
});

test('p90 is the size below which nine of ten lie', () => {
  expect(p90(Array.from({ length: 10 }, (_, i) => ({ where: '', lines: i + 1 })))).toBe(9);
  expect(p90([])).toBe(0);
});
