import { readFile, writeFile } from 'node:fs/promises';
import { StormglassError } from '@stormglass/agents/contract';

/** The text of a file that somebody named. */
export async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `${file} cannot be read.`;
    throw new StormglassError('invalid_request', message, 'Name an existing file.', { cause });
  });
}

/** Whether somebody means a file rather than an id: it has an extension, or a folder. */
export const isFile = (word: string): boolean => /[/\\]|\.(ya?ml|json)$/.test(word);

export async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${file} cannot be written: ${why}`;
    throw new StormglassError('invalid_request', message, 'Name another file.', { cause });
  });
}
