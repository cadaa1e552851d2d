import { broken, measure, p90 } from './check/budgets.ts';
import { sources } from './check/sources.ts';

const measured = measure(sources());
const problems = broken(measured);
for (const problem of problems) process.stdout.write(`${problem}\n`);
const { files, functions, anys, todos, totalLines } = measured;
process.stdout.write(
  `${files.length} files (p90 ${p90(files)} lines), ${functions.length} functions (p90 ${p90(functions)}), ` +
    `${totalLines} lines, ${anys.length} any, ${todos.length} to do\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
