import { Visitor } from 'oxc-parser';
import { parse, type Source } from './sources.ts';

/** Lines; from section 6 of the architecture document. */
export const LIMITS = {
  fileP90: 250,
  fileMax: 400,
  functionP90: 40,
  functionMax: 80,
  anyPer1000Lines: 1,
  todos: 0,
} as const;

interface Sized {
  /** `path` or `path:line`. */
  where: string;
  lines: number;
}

export interface Measured {
  files: Sized[];
  functions: Sized[];
  anys: string[];
  todos: string[];
  totalLines: number;
}

const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Sizes of all files and functions; a `describe` callback is a heading, not a function. */
export function measure(files: readonly Source[]): Measured {
  const all: Measured = { files: [], functions: [], anys: [], todos: [], totalLines: 0 };
  for (const file of files) {
    const lines = countLines(file.text);
    all.files.push({ where: file.path, lines });
    all.totalLines += lines;
    measureFile(file, all);
  }
  return all;
}

function measureFile(file: Source, all: Measured): void {
  const { program, comments } = parse(file);
  const lineOf = (offset: number) => countLines(`${file.text.slice(0, offset)}x`);
  const headings = new Set<number>();
  const add = ({ start, end }: { start: number; end: number }) => {
    if (headings.has(start)) return;
    all.functions.push({ where: `${file.path}:${lineOf(start)}`, lines: lineOf(end) - lineOf(start) + 1 });
  };
  new Visitor({
    CallExpression: ({ callee, arguments: args }) => {
      if (!/^(describe|test\.describe)\b/.test(file.text.slice(callee.start, callee.end))) return;
      for (const arg of args) headings.add(arg.start);
    },
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
    TSAnyKeyword: ({ start }) => {
      all.anys.push(`${file.path}:${lineOf(start)}`);
    },
  }).visit(program);
  for (const comment of comments) {
    if (/\b(TODO|FIXME|XXX|HACK)\b/.test(comment.value))
      all.todos.push(`${file.path}:${lineOf(comment.start)}`);
  }
}

/** The value below which nine of ten lie; 0 without any. */
export function p90(sizes: readonly Sized[]): number {
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.9) - 1)] ?? 0;
}

/** One sentence for each budget that is broken. */
export function broken(measured: Measured): string[] {
  const { files, functions, anys, todos, totalLines } = measured;
  const problems = [
    ...tooLong('file', files, LIMITS.fileMax),
    ...tooLong('function', functions, LIMITS.functionMax),
    ...todos.map((where) => `${where} leaves work in a comment: do it, or open an issue`),
  ];
  if (p90(files) > LIMITS.fileP90) problems.push(`file p90 is ${p90(files)} lines, over ${LIMITS.fileP90}`);
  if (p90(functions) > LIMITS.functionP90) {
    problems.push(`function p90 is ${p90(functions)} lines, over ${LIMITS.functionP90}`);
  }
  if (anys.length > (totalLines / 1000) * LIMITS.anyPer1000Lines) {
    problems.push(`${anys.length} times \`any\` in ${totalLines} lines: ${anys.join(', ')}`);
  }
  return problems;
}

function tooLong(what: string, sizes: readonly Sized[], max: number): string[] {
  return sizes
    .filter(({ lines }) => lines > max)
    .map(({ where, lines }) => `${where}: a ${what} of ${lines} lines, over ${max}`);
}
