import { StormglassError } from '@stormglass/agents/contract';
import { parseExperiment } from '../../engine/index.ts';
import { command } from '../command.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { textOf } from '../files.ts';

interface Judged {
  file: string;
  title: string | null;
  error: StormglassError | null;
}

export const validate = command({
  name: 'validate',
  about: 'check experiment files without a dashboard',
  arguments: [{ name: 'file', words: 'file', many: true }],
  options: {},
  act: async ({ args }, { terminal, json }) => {
    const judged: Judged[] = [];
    for (const file of args) judged.push(await judge(file));
    if (json) terminal.out(JSON.stringify({ files: judged.map(asJson) }));
    for (const { file, title, error } of json ? [] : judged) {
      if (error === null) terminal.out(`${file}: valid, "${title}"`);
      else terminal.err(`${file}: ${error.message}\n${error.next}`);
    }
    return Math.max(...judged.map(({ error }) => (error === null ? 0 : exitCodeOf(error))));
  },
});

async function judge(file: string): Promise<Judged> {
  try {
    return { file, title: parseExperiment(await textOf(file)).title, error: null };
  } catch (error) {
    if (error instanceof StormglassError) return { file, title: null, error };
    throw error;
  }
}

function asJson({ file, title, error }: Judged): unknown {
  return error === null ? { file, valid: true, title } : { file, valid: false, error: error.toBody() };
}
