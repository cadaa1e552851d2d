import type { Run } from '../contract/index.ts';
import { type Format, formatOf, render } from '../report/index.ts';
import type { Options } from './command.ts';
import { usage } from './exit-codes.ts';
import { save } from './files.ts';

/** Of every command that can write the report of a run. */
export const REPORT_OPTIONS = {
  report: {
    type: 'string',
    value: 'FILE',
    multiple: true,
    words: 'file',
    about: 'write a report: .html, .md, .xml (JUnit) or .json',
  },
  html: { type: 'string', value: 'FILE', words: 'file', about: 'the same as HTML, whatever the name' },
  junit: { type: 'string', value: 'FILE', words: 'file', about: 'as JUnit XML' },
  markdown: { type: 'string', value: 'FILE', words: 'file', about: 'as Markdown' },
} as const satisfies Options;

export interface ReportFile {
  file: string;
  format: Format;
}

interface ReportValues {
  report: string[];
  html: string | undefined;
  junit: string | undefined;
  markdown: string | undefined;
}

/** The reports somebody wants; refused before a run begins, not after it. */
export function reportsOf(values: ReportValues): ReportFile[] {
  const byName = values.report.map((file) => {
    const format = formatOf(file);
    if (format !== null) return { file, format };
    throw usage(`--report is ${file}; its name ends in .html, .md, .xml or .json`);
  });
  const named = (['html', 'junit', 'markdown'] as const).flatMap((format) => {
    const file = values[format];
    return file === undefined ? [] : [{ file, format }];
  });
  return [...byName, ...named];
}

export async function writeReports(reports: readonly ReportFile[], run: Run): Promise<void> {
  for (const { file, format } of reports) await save(file, render(run, format));
}
